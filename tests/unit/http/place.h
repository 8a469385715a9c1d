/* place.h — where a test's server listens: at a unix socket, or, with OVER_TCP, at a port of this machine, which
 * is another carrier of the client's. */
#ifndef PLACE_H
#define PLACE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http.h"
#include "test.h"

struct place {
    int listener;
    char dir[64], path[96], base[64];
    struct stk_http_opts opts; /* for a client */
};

#ifdef OVER_TCP

static inline void place_open(struct place *place)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    place->listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(place->listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(place->listener, 64), 0);
    ck_assert_int_eq(getsockname(place->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(place->base, sizeof(place->base), "http://127.0.0.1:%d", ntohs(address.sin_port));
    place->opts = (struct stk_http_opts){ .base = place->base, .direct = true };
}

static inline void place_close(struct place *place)
{
    close(place->listener);
}

/* Where nobody listens, and what is said of that. */
static const struct stk_http_opts nobody = { .base = "http://127.0.0.1:1", .direct = true };
#define NOBODY_SAYS "connection refused"

#else

static inline void place_open(struct place *place)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(place->dir, sizeof(place->dir), "%s/stk-http-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    ck_assert_ptr_nonnull(mkdtemp(place->dir));
    snprintf(place->path, sizeof(place->path), "%s/sock", place->dir);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", place->path);
    place->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(place->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(place->listener, 64), 0);
    place->opts = (struct stk_http_opts){ .base = "http://localhost", .unix_path = place->path };
}

static inline void place_close(struct place *place)
{
    close(place->listener);
    unlink(place->path);
    rmdir(place->dir);
}

static const struct stk_http_opts nobody = { .base = "http://localhost",
                                             .unix_path = "/nonexistent/sock" };
#define NOBODY_SAYS "no such file or directory"

#endif
#endif
