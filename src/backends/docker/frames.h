/* frames.h — takes the engine's multiplexed stream apart. A pure parser with a maximum.
 *
 * A frame is 8 bytes of header (stream 0 to 3, three zeros, length in big endian) and its
 * payload. */
#ifndef STK_FRAMES_H
#define STK_FRAMES_H

#include "buf.h"

#define STK_FRAME_MAX (2 * STK_MIB) /* an engine's own are at most 16 KiB and a timestamp */

struct stk_frames {
    void (*frame)(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size);
    void *data;
    /* private */
    unsigned char head[8];
    size_t have, need; /* bytes of the header; bytes of payload still to come */
    struct stk_buf payload;
};

void stk_frames_init(struct stk_frames *frames);
void stk_frames_clear(struct stk_frames *frames);
/* Hands every frame that becomes complete to frame(). False: this is no such stream. */
bool stk_frames_feed(struct stk_frames *frames, const char *bytes, size_t size);
/* True between frames: nothing was cut off. */
bool stk_frames_whole(const struct stk_frames *frames);

#endif
