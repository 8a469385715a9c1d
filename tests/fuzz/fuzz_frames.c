/* fuzz_frames.c — a container's log as the engine sends it: however the stream is cut into pieces, the same
 * lines come out, none of more bytes than came in. The first byte says how it is cut. */
#include <string.h>

#include "frames.h"
#include "fuzz.h"
#include "lines.h"

struct seen {
    struct stk_frames frames;
    struct stk_lines lines;
    uint64_t hash;
    size_t bytes;
};

static void mix(struct seen *seen, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < size; i++)
        seen->hash = (seen->hash ^ p[i]) * UINT64_C(1099511628211);
}

static void on_line(void *data, bool is_stderr, const char *timestamp, const char *bytes,
                    size_t size)
{
    struct seen *seen = data;
    mix(seen, &is_stderr, sizeof(is_stderr));
    mix(seen, timestamp, strlen(timestamp));
    mix(seen, bytes, size);
    seen->bytes += size;
}

static void on_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    struct seen *seen = frames->data;
    stk_lines_add(&seen->lines, is_stderr, bytes, size);
}

static struct seen read_in_pieces(const char *bytes, size_t size, size_t piece)
{
    struct seen seen = { 0 };
    stk_frames_init(&seen.frames);
    seen.frames.frame = on_frame;
    seen.frames.data = &seen;
    seen.lines.line = on_line;
    seen.lines.data = &seen;
    stk_lines_init(&seen.lines);
    bool fine = true;
    for (size_t at = 0; fine && at < size; at += piece)
        fine = stk_frames_feed(&seen.frames, bytes + at, size - at < piece ? size - at : piece);
    stk_lines_flush(&seen.lines);
    mix(&seen, &fine, sizeof(fine));
    stk_frames_clear(&seen.frames);
    stk_lines_clear(&seen.lines);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    struct seen whole = read_in_pieces(bytes, size - 1, size - 1);
    struct seen pieces = read_in_pieces(bytes, size - 1, (size_t)data[0] + 1);
    /* a line that never ended is given an end: at most one for each frame */
    if (whole.hash != pieces.hash || whole.bytes > 2 * size)
        abort();
    return 0;
}
