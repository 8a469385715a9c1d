/* outlet.h — bytes to one descriptor, as fast as it takes them and without waiting for it. */
#ifndef STK_OUTLET_H
#define STK_OUTLET_H

#include "buf.h"
#include "loop.h"

struct outlet {
    int fd;
    void (*moved)(struct outlet *outlet); /* it has taken some, or failed */
    void *data;
    int error; /* why it takes no more: EPIPE, ENOSPC, …; 0: it does */
    /* private */
    struct stk_loop *loop;
    struct stk_poll watch;
    struct stk_buf left;
    size_t at;
};

void outlet_init(struct outlet *outlet, struct stk_loop *loop, int fd);
void outlet_clear(struct outlet *outlet);
void outlet_add(struct outlet *outlet, const char *bytes, size_t size);
size_t outlet_left(const struct outlet *outlet);

#endif
