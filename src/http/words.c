/* words.c — why a request got no whole answer, in our words, whatever carried it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "http_private.h"
#include "text.h"

static const struct stk_src nowhere;

static void say_in_lower_case(struct stk_error *reterr, const char *text)
{
    bool abbreviation = isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]);
    int first = abbreviation ? text[0] : tolower((unsigned char)text[0]);
    stk_fail(reterr, STK_EENGINE, nowhere, "%c%s", first, text + 1);
}

static void explain_unreached(struct stk_http_req *req, struct stk_error *reterr)
{
    req->fail = STK_HTTP_CONNECT;
    say_in_lower_case(reterr, req->os_error ? strerror(req->os_error) : req->text);
}

static bool lacks_certificate(const struct stk_http *http)
{
    return stk_starts(http->base, "https:") && !http->cert_file;
}

static void explain_closed(const struct stk_http_req *req, struct stk_error *reterr)
{
    const char *when = req->connect_only ? "at once"
                       : req->status     ? "in the middle of the answer"
                                         : "before an answer came";
    bool early = !req->connect_only && !req->status;
    stk_fail(reterr, STK_EENGINE, nowhere, "the connection was closed %s%s", when,
             early && lacks_certificate(req->http) ? ": it may want a certificate of ours" : "");
}

/* OpenSSL's reason without its codes: "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert
 * certificate required, errno 0". */
static void explain_tls(const struct stk_http_req *req, struct stk_error *reterr)
{
    const char *reason = strstr(req->text, "::");
    reason = reason ? reason + 2 : req->text;
    stk_fail(reterr, STK_EENGINE, nowhere, "TLS failed: %.*s", (int)strcspn(reason, ","), reason);
}

void stk_http_explain(struct stk_http_req *req, enum stk_http_end end, struct stk_error *reterr)
{
    req->fail = STK_HTTP_BROKEN;
    switch (end) {
    case STK_END_WHOLE:
        req->fail = STK_HTTP_FINE;
        return;
    case STK_END_CLOSED:
        explain_closed(req, reterr);
        return;
    case STK_END_NOT_HTTP:
        stk_fail(reterr, STK_EENGINE, nowhere, "the answer is not HTTP");
        return;
    case STK_END_MALFORMED:
        stk_fail(reterr, STK_EENGINE, nowhere, "the answer is malformed: %s", req->text);
        return;
    case STK_END_UNREACHED:
        explain_unreached(req, reterr);
        return;
    case STK_END_UNREACHED_IN_TIME:
        req->fail = STK_HTTP_CONNECT;
        stk_fail(reterr, STK_EENGINE, nowhere, "timed out: no connection within %g s",
                 stk_http_req_connect_ms(req) / 1000.0);
        return;
    case STK_END_NO_TLS:
        stk_fail(reterr, STK_EENGINE, nowhere, "what answers there speaks no TLS");
        return;
    case STK_END_TLS:
        explain_tls(req, reterr);
        return;
    case STK_END_OTHER:
        say_in_lower_case(reterr, req->text);
    }
}
