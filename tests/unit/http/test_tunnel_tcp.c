/* test_tunnel_tcp.c — the same, carried by libcurl. */
#define OVER_TCP
#include "test_tunnel.c"
