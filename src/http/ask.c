/* ask.c — the head of a request, for what is not sent by libcurl. */
#include <string.h>

#include "http_private.h"

static void describe_body(struct stk_buf *to, const struct stk_http_req *req)
{
    bool sends = req->body || req->on_send;
    if (sends)
        stk_buf_printf(to, "Content-Type: %s\r\n",
                       req->body_type ? req->body_type : "application/json");
    if (req->on_send)
        stk_buf_puts(to, "Transfer-Encoding: chunked\r\n"); /* its size is not known */
    else if (sends || strcmp(req->method, "POST") == 0)
        stk_buf_printf(to, "Content-Length: %zu\r\n", req->body ? req->body_size : 0);
}

void stk_http_ask(struct stk_buf *to, const struct stk_http_req *req)
{
    const char *host = strstr(req->http->base, "://");
    stk_buf_printf(to,
                   "%s %s HTTP/1.1\r\n"
                   "Host: %s\r\n"
                   "User-Agent: stackctl/" STK_VERSION "\r\n",
                   req->method, req->path, host ? host + 3 : req->http->base);
    if (req->tunnel)
        stk_buf_puts(to, "Connection: Upgrade\r\nUpgrade: tcp\r\n");
    else
        stk_buf_puts(to, "Accept: */*\r\n");
    if (req->header)
        stk_buf_printf(to, "%s\r\n", req->header);
    describe_body(to, req);
    stk_buf_puts(to, "\r\n");
}
