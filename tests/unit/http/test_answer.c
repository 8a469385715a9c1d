/* test_answer.c — an answer is the same however it is cut into pieces, and what can be read in two ways is
 * refused. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "arena.h"
#include "buf.h"

#define OK     "HTTP/1.1 200 OK\r\n"
#define CHUNKS OK "Transfer-Encoding: chunked\r\n\r\n"

struct row {
    const char *bytes, *comes; /* as outcome_of puts it */
    bool head, upgrade;
};

static const struct row rows[] = {
    { OK "Content-Length: 5\r\n\r\nhello", "200 [hello] end, keep" },
    { OK "content-length:5\r\n\r\nhello", "200 [hello] end, keep" },
    { OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "200 [hello] end, keep" },
    { OK "Content-Length: 5\n\nhello", "200 [hello] end, keep" },
    { OK "Content-Length: 5\r\n\r\nhello and more", "200 [hello] end, keep, 9 left" },
    { OK "Content-Length: 0\r\n\r\n", "200 [] end, keep" },
    { OK "Content-Length: 5\r\nConnection: close\r\n\r\nhello", "200 [hello] end" },
    { OK "Content-Length: 5\r\nConnection: a, CLOSE , b\r\n\r\nhello", "200 [hello] end" },
    { "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 [hello] end" },
    { "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "200 [hello] end, keep" },
    { OK "\r\nto the end", "200 [to the end] closed: whole" },
    { OK "\r\n", "200 [] closed: whole" },
    { "HTTP/1.1 204 No Content\r\n\r\n", "204 [] end, keep" },
    { "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304 [] end, keep" },
    { "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "204 [] end, keep" },
    { OK "Content-Length: 9\r\n\r\n", "200 [] end, keep", .head = true },
    { OK "Transfer-Encoding: chunked\r\n\r\n", "200 [] end, keep", .head = true },
    { "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", "200 [x] end, keep" },
    { "HTTP/1.1 103 Early\r\nContent-Length: 7\r\n\r\n" OK "Content-Length: 1\r\n\r\nx",
      "200 [x] end, keep" },
    { "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nraw", "101 [] tunnel, 3 left",
      .upgrade = true },
    { OK "\r\nraw", "200 [] tunnel, 3 left", .upgrade = true },
    { "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", "404 [no] end, keep",
      .upgrade = true },
    /* chunks */
    { CHUNKS "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "200 [abcde] end, keep" },
    { CHUNKS "A;x=\"y\"\r\n0123456789\r\n00\r\nMore: 1\r\nAnd: 2\r\n\r\n",
      "200 [0123456789] end, keep" },
    { CHUNKS "0\r\n\r\nrest", "200 [] end, keep, 4 left" },
    { CHUNKS "3\r\nab", "200 [ab] closed: not whole" },
    { CHUNKS "3\r\nabc\r\n0\r\n", "200 [abc] closed: not whole" },
    { CHUNKS "zz\r\n", "200 [] malformed" },
    { CHUNKS "\r\n", "200 [] malformed" },
    { CHUNKS "-1\r\n", "200 [] malformed" },
    { CHUNKS "0x3\r\nabc\r\n", "200 [] malformed" },
    { CHUNKS "3\nabc\r\n", "200 [] malformed" },
    { CHUNKS "3\r\nabcd\r\n", "200 [abc] malformed" },
    { CHUNKS "3\r\nabc\n", "200 [abc] malformed" },
    { CHUNKS "fffffffffffffffff\r\nabc", "200 [] malformed" },
    { CHUNKS "0\r\n\n", "200 [] malformed" },
    /* two readings, or none */
    { OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "0 [] malformed" },
    { OK "Content-Length: 5, 5\r\n\r\nhello", "0 [] malformed" },
    { OK "Content-Length: +5\r\n\r\nhello", "0 [] malformed" },
    { OK "Content-Length: \r\n\r\nhello", "0 [] malformed" },
    { OK "Content-Length: 99999999999999999999\r\n\r\n", "0 [] malformed" },
    { OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "0 [] malformed" },
    { OK "Transfer-Encoding: gzip, chunked\r\n\r\n", "0 [] malformed" },
    { OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "0 [] malformed" },
    { "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0 [] malformed" },
    { "HTTP/1.1 101 UPGRADED\r\n\r\n", "0 [] malformed" },
    { OK "no colon\r\n\r\n", "0 [] malformed" },
    { OK ": nameless\r\n\r\n", "0 [] malformed" },
    { OK "Length : 5\r\n\r\n", "0 [] malformed" },
    { OK "A: b\r\n folded\r\n\r\n", "0 [] malformed" },
    { OK "A: b\rC: d\r\n\r\n", "0 [] malformed" },
    { "HTTP/1.1 2000 OK\r\n", "0 [] not HTTP" },
    { "HTTP/1.1 099 OK\r\n", "0 [] not HTTP" },
    { "HTTP/1.1  200 OK\r\n", "0 [] not HTTP" },
    { "HTTP/2 200 OK\r\n", "0 [] not HTTP" },
    { "HTTP/200 OK\r\n", "0 [] not HTTP" },
    { "\r\n" OK, "0 [] not HTTP" },
    { "ICY 200 OK\r\n", "0 [] not HTTP" },
    { "", "0 [] closed: not whole" },
    { "HTTP/1.1 200 O", "0 [] closed: not whole" },
    { OK "Content-Le", "0 [] closed: not whole" },
    { OK "Content-Length: 5\r\n\r\nhell", "200 [hell] closed: not whole" },
};

static void finish(struct stk_buf *to, const struct stk_answer *answer, enum stk_part part,
                   size_t left)
{
    if (part == STK_PART_END)
        stk_buf_printf(to, "] end%s", answer->keep ? ", keep" : "");
    else if (part == STK_PART_HEAD)
        stk_buf_puts(to, "] tunnel");
    else if (part == STK_PART_MALFORMED)
        stk_buf_puts(to, "] malformed");
    else if (part == STK_PART_NOT_HTTP)
        stk_buf_puts(to, "] not HTTP");
    else
        stk_buf_printf(to, "] closed: %swhole", stk_answer_closed(answer) ? "" : "not ");
    if (left && part != STK_PART_MALFORMED && part != STK_PART_NOT_HTTP)
        stk_buf_printf(to, ", %zu left", left);
}

/* Fed in pieces of so many bytes, each in memory of its own that the sanitizer watches. */
static char *outcome_of(const struct row *row, size_t piece)
{
    struct stk_answer answer = { 0 };
    STK_CLEANUP(stk_buf_clearp) struct stk_buf body;
    struct stk_buf ret;
    const char *part;
    size_t n, total = strlen(row->bytes), at = 0, size = 0;
    int status = 0;
    enum stk_part what = STK_PART_NONE;
    stk_buf_init(&body, STK_KIB);
    stk_buf_init(&ret, STK_KIB);
    stk_answer_begin(&answer, row->head, row->upgrade);
    while (what == STK_PART_NONE && at < total) {
        size = total - at < piece ? total - at : piece;
        STK_CLEANUP(stk_charp) char *bytes = stk_strndup(row->bytes + at, size);
        char *p = bytes;
        at += size;
        while ((what = stk_answer_take(&answer, &p, &size, &part, &n)) != STK_PART_NONE) {
            if (what == STK_PART_HEAD)
                status = answer.status;
            if (what == STK_PART_BODY)
                stk_buf_add(&body, part, n);
            if (what > STK_PART_BODY || (what == STK_PART_HEAD && row->upgrade && status < 300))
                break;
        }
    }
    stk_buf_printf(&ret, "%d [%s", status, body.size ? body.bytes : "");
    finish(&ret, &answer, what, total - at + size);
    stk_answer_clear(&answer);
    return stk_buf_take(&ret);
}

START_TEST(an_answer_is_the_same_however_it_is_cut)
{
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        for (size_t piece = strlen(rows[i].bytes) + 1; piece; piece--) {
            STK_CLEANUP(stk_charp) char *outcome = outcome_of(&rows[i], piece);
            ck_assert_msg(strcmp(outcome, rows[i].comes) == 0, "row %zu, pieces of %zu: %s, not %s",
                          i, piece, outcome, rows[i].comes);
        }
    }
}
END_TEST

/* Feeds so much of text, again and again; what it comes to. */
static enum stk_part feed(const char *before, const char *text, size_t most)
{
    struct stk_answer answer = { 0 };
    const char *part;
    size_t n, fed = 0;
    enum stk_part what = STK_PART_NONE;
    stk_answer_begin(&answer, false, false);
    for (const char *next = before; fed < most && what < STK_PART_END; next = text) {
        STK_CLEANUP(stk_charp) char *bytes = stk_strdup(next);
        char *p = bytes;
        size_t size = strlen(bytes);
        fed += size;
        do
            what = stk_answer_take(&answer, &p, &size, &part, &n);
        while (what != STK_PART_NONE && what < STK_PART_END);
    }
    stk_answer_clear(&answer);
    return what;
}

START_TEST(nothing_grows_without_end)
{
    size_t most = 2 * STK_ANSWER_HEADERS_MAX;
    ck_assert_int_eq(feed(OK, "endless line ", most), STK_PART_HUGE);
    ck_assert_int_eq(feed(CHUNKS "1;", "extension", most), STK_PART_MALFORMED);
    ck_assert_int_eq(feed(CHUNKS "0\r\n", "A: b\r\n", most), STK_PART_MALFORMED);
    ck_assert_int_eq(feed(CHUNKS, "0", most), STK_PART_MALFORMED);
}
END_TEST

STK_TESTS("answer", an_answer_is_the_same_however_it_is_cut, nothing_grows_without_end)
