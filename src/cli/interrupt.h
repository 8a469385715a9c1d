/* interrupt.h — Ctrl-C and its kin, as calls from the loop: the first asks, the second insists. */
#ifndef STK_INTERRUPT_H
#define STK_INTERRUPT_H

#include "loop.h"

struct stk_interrupt {
    void (*came)(struct stk_interrupt *interrupt, unsigned count); /* 1, 2, 3, … */
    void *data;
    unsigned count; /* private from here on */
    int signo;
    struct stk_signal *signals[3];
};

/* SIGINT, SIGTERM and SIGHUP until stk_interrupt_end. */
void stk_interrupt_begin(struct stk_loop *loop, struct stk_interrupt *interrupt);
void stk_interrupt_end(struct stk_interrupt *interrupt);

/* 128 + the signal that came, or 0. */
int stk_interrupt_status(const struct stk_interrupt *interrupt);

/* Ends the program by the signal that ended its work, so that a shell's loop stops too. Returns
 * when none came. */
void stk_interrupt_reraise(void);
/* The same, for a signal that we were spared and should have ended by. */
void stk_interrupt_raise_later(int signo);

#endif
