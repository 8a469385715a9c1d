/* together.c — counts requests down to none. What each is, and how it went, is its owner's. */
#include "together.h"

#include <stdlib.h>

#include "arena.h"
#include "loop.h"

static void done(struct stk_op *op)
{
    struct together *together = op->data;
    together->left--;
    if (together->ended)
        together->ended(together, op);
    if (together->left == 0)
        stk_loop_stop(together->cli->loop);
}

void together_add(struct together *together, struct stk_op *op)
{
    op->done = done;
    op->data = together;
    together->ops = stk_grow(together->ops, together->n, &together->cap, sizeof(*together->ops));
    together->ops[together->n++] = op;
    together->left++;
}

void together_cancel(struct together *together)
{
    for (size_t i = 0; i < together->n; i++)
        stk_op_cancel(together->ops[i]);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    (void)count;
    together_cancel(interrupt->data);
}

int together_run(struct together *together)
{
    together->interrupt = (struct stk_interrupt){ .came = interrupted, .data = together };
    stk_interrupt_begin(together->cli->loop, &together->interrupt);
    if (together->left)
        stk_loop_run(together->cli->loop);
    stk_interrupt_end(&together->interrupt);
    free(together->ops);
    together->ops = NULL;
    together->n = together->cap = 0;
    return stk_interrupt_status(&together->interrupt);
}
