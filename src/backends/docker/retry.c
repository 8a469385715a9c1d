/* retry.c — which exchanges that went wrong are tried again, and when: a hiccup of the engine, or of what
 * stands before it, is no failure of the stack. Only what comes to the same when it was done already. */
#include <string.h>

#include "retry.h"
#include "text.h"

enum { MOST = 3, FIRST_MS = 100, TIMES = 4 };

/* POST requests of which a second is refused, or does nothing, in a way that those who sent it take for
 * success. Not start: what it starts may have ended since, and would run twice. */
static const char *const repeatable[] = { "/containers/create", "/networks/create",
                                          "/volumes/create", "/stop", "/connect" };

static bool may_be_done_twice(const struct stk_call *call)
{
    size_t path = strcspn(call->path, "?");
    if (strcmp(call->method, "POST") != 0)
        return strcmp(call->method, "PUT") != 0;
    for (size_t i = 0; i < STK_LEN(repeatable); i++) {
        size_t n = strlen(repeatable[i]);
        if (path >= n && memcmp(call->path + path - n, repeatable[i], n) == 0)
            return true;
    }
    return false;
}

static bool passes(const struct stk_call *call)
{
    switch (call->status) {
    case 503: /* nothing was done, says this one */
        return true;
    case 500: /* an engine's word for refusals, too: those of a question cost nothing */
        return strcmp(call->method, "GET") == 0;
    case 502:
    case 504:
        return may_be_done_twice(call);
    default:
        break;
    }
    bool hopeless = call->http.fail == STK_HTTP_SLOW || call->http.fail == STK_HTTP_BIG;
    return call->lost && !hopeless && may_be_done_twice(call);
}

unsigned stk_retry_after(const struct stk_call *call)
{
    unsigned ms = FIRST_MS;
    bool once = call->stream || call->feed || call->tunnel || call->tar;
    if (once || call->tries >= MOST || !passes(call))
        return 0;
    for (unsigned i = 1; i < call->tries; i++)
        ms *= TIMES;
    return ms;
}
