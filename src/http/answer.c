/* answer.c — the head of an answer line by line, and how its body is delimited (RFC 9112, 6.3). Chunks are
 * chunks.c. */
#include "answer.h"

#include <string.h>
#include <strings.h>

#include "arena.h"

static const char protocol[] = "HTTP/1.";

static void begin_head(struct stk_answer *answer)
{
    answer->status = 0;
    answer->in_head = true;
    answer->in_lines = false;
    answer->chunked = answer->sized = answer->to_end = answer->http10 = false;
    answer->keep = true;
    answer->left = 0;
    answer->chunks = (struct stk_chunks){ 0 };
}

void stk_answer_begin(struct stk_answer *answer, bool bodiless, bool upgrade)
{
    stk_answer_clear(answer);
    answer->bodiless = bodiless;
    answer->upgrade = upgrade;
    begin_head(answer);
}

void stk_answer_clear(struct stk_answer *answer)
{
    stk_buf_clear(&answer->line);
    *answer = (struct stk_answer){ 0 };
    stk_buf_init(&answer->line, STK_ANSWER_HEADERS_MAX);
}

static enum stk_part malformed(struct stk_answer *answer, const char *why)
{
    answer->why = why;
    return STK_PART_MALFORMED;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 OK", the reason being optional. */
static enum stk_part take_status_line(struct stk_answer *answer, const char *line, size_t size)
{
    enum { MINOR = sizeof(protocol) - 1, CODE = MINOR + 2, END = CODE + 3 };
    if (size < END || memcmp(line, protocol, MINOR) != 0 || !is_digit(line[MINOR]) ||
        line[MINOR + 1] != ' ' || !is_digit(line[CODE]) || !is_digit(line[CODE + 1]) ||
        !is_digit(line[CODE + 2]) || line[CODE] == '0' || (size > END && line[END] != ' '))
        return STK_PART_NOT_HTTP;
    answer->status =
        (line[CODE] - '0') * 100 + (line[CODE + 1] - '0') * 10 + (line[CODE + 2] - '0');
    answer->http10 = line[MINOR] == '0';
    answer->keep = !answer->http10;
    answer->in_lines = true;
    return STK_PART_LINE;
}

static bool is(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && strncasecmp(text, word, size) == 0;
}

static enum stk_part take_length(struct stk_answer *answer, const char *value, size_t size)
{
    uint64_t length = 0;
    if (!size || size > 18)
        return malformed(answer, "a Content-Length that is no number");
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(value[i]))
            return malformed(answer, "a Content-Length that is no number");
        length = length * 10 + (uint64_t)(value[i] - '0');
    }
    if (answer->sized && answer->left != length)
        return malformed(answer, "it has two lengths");
    answer->sized = true;
    answer->left = length;
    return STK_PART_LINE;
}

static enum stk_part take_encoding(struct stk_answer *answer, const char *value, size_t size)
{
    if (!is(value, size, "chunked") || answer->chunked)
        return malformed(answer, "a Transfer-Encoding that was not asked for");
    answer->chunked = true;
    return STK_PART_LINE;
}

static enum stk_part take_connection(struct stk_answer *answer, const char *value, size_t size)
{
    for (const char *end = value + size; value < end;) {
        const char *comma = memchr(value, ',', (size_t)(end - value));
        const char *stop = comma ? comma : end, *last = stop;
        while (value < last && (*value == ' ' || *value == '\t'))
            value++;
        while (last > value && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (is(value, (size_t)(last - value), "close"))
            answer->keep = false;
        value = stop + 1;
    }
    return STK_PART_LINE;
}

static const struct {
    const char *name;
    enum stk_part (*take)(struct stk_answer *answer, const char *value, size_t size);
} headers[] = {
    { "Content-Length", take_length },
    { "Transfer-Encoding", take_encoding },
    { "Connection", take_connection },
};

/* What may stand in a header's name (RFC 9110, 5.6.2). */
static bool is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] <= ' ' || text[i] >= 127 || strchr("\"(),/:;<=>?@[\\]{}", text[i]))
            return false;
    return size > 0;
}

static enum stk_part take_header(struct stk_answer *answer, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    if (!colon || !is_name(line, (size_t)(colon - line)))
        return malformed(answer, "a header without a name");
    const char *value = colon + 1, *end = line + size;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (memchr(value, '\0', (size_t)(end - value)) || memchr(value, '\r', (size_t)(end - value)))
        return malformed(answer, "a control character in a header");
    for (size_t i = 0; i < STK_LEN(headers); i++)
        if (is(line, (size_t)(colon - line), headers[i].name))
            return headers[i].take(answer, value, (size_t)(end - value));
    return STK_PART_LINE;
}

/* The empty line: what comes now is told by all that came before. */
static enum stk_part end_head(struct stk_answer *answer)
{
    bool tunnel = answer->status == 101 || (answer->upgrade && answer->status == 200);
    if (tunnel && !answer->upgrade)
        return malformed(answer, "it changes to a protocol that was not asked for");
    if (answer->status < 200 && !tunnel) { /* what is meant comes after it */
        begin_head(answer);
        return STK_PART_LINE;
    }
    if (!tunnel && answer->chunked && (answer->sized || answer->http10))
        return malformed(answer, "it has chunks and a length");
    answer->in_head = false;
    if (answer->bodiless || answer->status == 204 || answer->status == 304) {
        answer->chunked = false;
        answer->sized = true;
        answer->left = 0;
    }
    answer->to_end = !answer->chunked && !answer->sized;
    answer->keep = answer->keep && !answer->to_end;
    return STK_PART_HEAD;
}

static bool may_become_http(const char *bytes, size_t size)
{
    size_t n = sizeof(protocol) - 1;
    return memcmp(bytes, protocol, size < n ? size : n) == 0;
}

/* A line with its end, put together when it came in pieces; NULL: it is not complete, or too long. */
static const char *next_line(struct stk_answer *answer, char **bytes, size_t *size,
                             size_t *ret_size)
{
    const char *end = memchr(*bytes, '\n', *size), *line = *bytes;
    size_t n = end ? (size_t)(end - *bytes) + 1 : *size;
    *bytes += n;
    *size -= n;
    *ret_size = n;
    if (end && !answer->line.size)
        return line;
    if (!stk_buf_add(&answer->line, line, n) || !end)
        return NULL;
    answer->line_told = true;
    *ret_size = answer->line.size;
    return answer->line.bytes;
}

static enum stk_part take_line(struct stk_answer *answer, char **bytes, size_t *size,
                               const char **ret, size_t *ret_size)
{
    if (answer->line_told)
        stk_buf_reset(&answer->line);
    answer->line_told = false;
    const char *line = next_line(answer, bytes, size, ret_size);
    if (!line && !answer->in_lines && answer->line.size &&
        !may_become_http(answer->line.bytes, answer->line.size))
        return STK_PART_NOT_HTTP;
    if (!line)
        return answer->line.full ? STK_PART_HUGE : STK_PART_NONE;
    *ret = line;
    size_t n = *ret_size - 1;
    n -= n && line[n - 1] == '\r';
    if (!answer->in_lines)
        return take_status_line(answer, line, n);
    return n ? take_header(answer, line, n) : end_head(answer);
}

static enum stk_part take_chunks(struct stk_answer *answer, char **bytes, size_t *size,
                                 const char **ret, size_t *ret_size)
{
    size_t taken;
    if (answer->chunks.at == STK_CHUNKS_ENDED)
        return STK_PART_END;
    if (answer->chunks.at == STK_CHUNKS_BAD)
        return malformed(answer, answer->chunks.why);
    if (!*size)
        return STK_PART_NONE;
    *ret = *bytes;
    *ret_size = stk_chunks_take(&answer->chunks, *bytes, *size, &taken);
    *bytes += taken;
    *size -= taken;
    return *ret_size ? STK_PART_BODY : take_chunks(answer, bytes, size, ret, ret_size);
}

static enum stk_part take_body(struct stk_answer *answer, char **bytes, size_t *size,
                               const char **ret, size_t *ret_size)
{
    if (answer->sized && !answer->left)
        return STK_PART_END;
    if (!*size)
        return STK_PART_NONE;
    *ret = *bytes;
    *ret_size = answer->sized && answer->left < *size ? (size_t)answer->left : *size;
    answer->left -= answer->sized ? *ret_size : 0;
    *bytes += *ret_size;
    *size -= *ret_size;
    return STK_PART_BODY;
}

enum stk_part stk_answer_take(struct stk_answer *answer, char **bytes, size_t *size,
                              const char **ret, size_t *ret_size)
{
    answer->began = answer->began || *size;
    if (!answer->in_head && answer->chunked)
        return take_chunks(answer, bytes, size, ret, ret_size);
    if (!answer->in_head)
        return take_body(answer, bytes, size, ret, ret_size);
    return *size ? take_line(answer, bytes, size, ret, ret_size) : STK_PART_NONE;
}

bool stk_answer_closed(const struct stk_answer *answer)
{
    return !answer->in_head && answer->to_end;
}
