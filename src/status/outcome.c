/* outcome.c — decides and words how a container ended. */
#include "outcome.h"

#include "arena.h"
#include "buf.h"
#include "signals.h"

enum { SHELL_SIGNAL = 128, SIGNALS = 64 };

static const char *const names[] = {
    [STK_END_NONE] = "none",      [STK_END_EXITED] = "exited",       [STK_END_KILLED] = "killed",
    [STK_END_OOM] = "oom-killed", [STK_END_ENGINE] = "engine-error",
};

const char *stk_end_name(enum stk_end end)
{
    return names[end];
}

/* 128 + n is what both the engine and shells report of signal n. */
struct stk_outcome stk_outcome_of_code(int exit_code, bool oom)
{
    int signal = exit_code - SHELL_SIGNAL;
    struct stk_outcome outcome = { .end = STK_END_EXITED, .exit_code = exit_code };
    if (signal > 0 && signal <= SIGNALS) {
        outcome.end = STK_END_KILLED;
        outcome.signal = signal;
    }
    if (oom)
        outcome.end = STK_END_OOM;
    return outcome;
}

struct stk_outcome stk_outcome_of(const struct stk_status *status)
{
    struct stk_outcome outcome = { 0 };
    bool ended =
        status->state == STK_EXITED || status->state == STK_DEAD || status->state == STK_RESTARTING;
    bool failed = status->error && *status->error;
    if (ended)
        outcome = stk_outcome_of_code(status->exit_code, status->oom);
    if (failed && (ended || status->state == STK_CREATED) && outcome.end != STK_END_OOM)
        outcome.end = STK_END_ENGINE;
    outcome.error = failed ? status->error : NULL;
    outcome.finished_ms = ended ? status->finished_ms : 0;
    outcome.restarts = status->restarts;
    return outcome;
}

static void add_code(struct stk_buf *out, const struct stk_outcome *outcome)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf name;
    stk_buf_init(&name, STK_KIB);
    if (outcome->signal && stk_signal_add_name(&name, outcome->signal))
        stk_buf_printf(out, "was killed by signal %d (%s)", outcome->signal, name.bytes);
    else
        stk_buf_printf(out, "exited with code %d", outcome->exit_code);
}

void stk_outcome_text(struct stk_buf *out, const struct stk_outcome *outcome)
{
    switch (outcome->end) {
    case STK_END_NONE:
        stk_buf_puts(out, "has not ended");
        break;
    case STK_END_OOM:
        if (outcome->signal)
            stk_buf_puts(out, "was killed because it ran out of memory");
        else
            stk_buf_printf(out, "exited with code %d after it ran out of memory",
                           outcome->exit_code);
        break;
    case STK_END_EXITED:
    case STK_END_KILLED:
    case STK_END_ENGINE:
        add_code(out, outcome);
        break;
    }
    if (outcome->error)
        stk_buf_printf(out, ": %s", outcome->error);
}

void stk_outcome_note(struct stk_buf *out, const struct stk_outcome *outcome)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf name;
    stk_buf_init(&name, STK_KIB);
    stk_buf_printf(out, "exited with code %d", outcome->exit_code);
    if (outcome->end == STK_END_OOM)
        stk_buf_puts(out, " (out of memory)");
    else if (outcome->signal && stk_signal_add_name(&name, outcome->signal))
        stk_buf_printf(out, " (killed by signal %d, %s)", outcome->signal, name.bytes);
}
