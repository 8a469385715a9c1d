/* interrupt.c — counts the signals that ask the program to end. */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "arena.h"

static const int signos[] = { SIGINT, SIGTERM, SIGHUP };
static int to_reraise;

static void came(int signo, void *data)
{
    struct stk_interrupt *interrupt = data;
    interrupt->signo = interrupt->signo ? interrupt->signo : signo;
    to_reraise = interrupt->signo;
    interrupt->came(interrupt, ++interrupt->count);
}

void stk_interrupt_begin(struct stk_loop *loop, struct stk_interrupt *interrupt)
{
    for (size_t i = 0; i < STK_LEN(signos); i++)
        interrupt->signals[i] = stk_signal_new(loop, signos[i], came, interrupt);
}

void stk_interrupt_end(struct stk_interrupt *interrupt)
{
    for (size_t i = 0; i < STK_LEN(signos); i++) {
        stk_signal_free(interrupt->signals[i]);
        interrupt->signals[i] = NULL;
    }
}

int stk_interrupt_status(const struct stk_interrupt *interrupt)
{
    return interrupt->signo ? 128 + interrupt->signo : 0;
}

void stk_interrupt_raise_later(int signo)
{
    to_reraise = signo;
}

void stk_interrupt_reraise(void)
{
    if (!to_reraise)
        return;
    signal(to_reraise, SIG_DFL);
    raise(to_reraise);
}
