/* frames.c — the demultiplexer. What a payload means is up to its caller. */
#include "frames.h"

#include <string.h>

enum { HEAD = 8, STDERR = 2, SYSTEM_ERROR = 3 };

void stk_frames_init(struct stk_frames *frames)
{
    frames->have = frames->need = 0;
    stk_buf_init(&frames->payload, STK_FRAME_MAX);
}

void stk_frames_clear(struct stk_frames *frames)
{
    stk_buf_clear(&frames->payload);
    frames->have = frames->need = 0;
}

bool stk_frames_whole(const struct stk_frames *frames)
{
    return frames->have == 0;
}

static bool read_head(struct stk_frames *frames)
{
    const unsigned char *h = frames->head;
    frames->need = (size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 | h[7];
    return h[0] <= SYSTEM_ERROR && !h[1] && !h[2] && !h[3] && frames->need <= STK_FRAME_MAX;
}

static void hand_over(struct stk_frames *frames, const char *bytes, size_t size)
{
    bool is_stderr = frames->head[0] >= STDERR;
    frames->have = 0;
    frames->need = 0;
    if (size)
        frames->frame(frames, is_stderr, bytes, size);
}

static void emit(struct stk_frames *frames)
{
    hand_over(frames, frames->payload.bytes, frames->payload.size);
    stk_buf_reset(&frames->payload);
}

bool stk_frames_feed(struct stk_frames *frames, const char *bytes, size_t size)
{
    while (size) {
        bool in_head = frames->have < HEAD;
        size_t want = in_head ? HEAD - frames->have : frames->need;
        size_t n = size < want ? size : want;
        if (in_head) {
            memcpy(frames->head + frames->have, bytes, n);
            frames->have += n;
            if (frames->have == HEAD && !read_head(frames))
                return false;
        } else if (n == want && !frames->payload.size) {
            hand_over(frames, bytes, n); /* it is there as a whole, as most are */
        } else {
            stk_buf_add(&frames->payload, bytes, n);
            frames->need -= n;
        }
        bytes += n;
        size -= n;
        if (frames->have == HEAD && !frames->need)
            emit(frames);
    }
    return true;
}
