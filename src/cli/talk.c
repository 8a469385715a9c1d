/* talk.c — our standard input to a session, its output to ours, with the speed of the slower side. The
 * terminal's mode is terminal.c, a descriptor's own pace outlet.c. */
#include "talk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "outlet.h"
#include "terminal.h"

/* From where on the session has to wait for our readers, and what is read of our input at once. */
enum { HOLD_AT = 1024 * 1024, PIECE = 64 * 1024 };

struct talking {
    struct cli *cli;
    struct talk *talk;
    struct outlet out, err;
    struct stk_poll in;
    struct stk_signal *resized;
    struct stk_interrupt interrupt;
    bool over;   /* the session is; what it said may still be on its way */
    bool unread; /* nobody reads what it says */
};

static struct talking *of(struct stk_session *session)
{
    return session->op.data;
}

/* ---- input ---- */

static void on_input(struct stk_poll *poll)
{
    struct talking *t = poll->data;
    char piece[PIECE];
    ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        stk_poll_start(t->cli->loop, &t->in, STDIN_FILENO, STK_POLL_READ);
    else if (n > 0)
        stk_session_write(&t->talk->session, piece, (size_t)n); /* drained asks for more */
    else
        stk_session_end_input(&t->talk->session);
}

static void on_drained(struct stk_session *session)
{
    struct talking *t = of(session);
    if (session->input)
        stk_poll_start(t->cli->loop, &t->in, STDIN_FILENO, STK_POLL_READ);
}

/* ---- output ---- */

static void maybe_stop(struct talking *t)
{
    bool all_out = !outlet_left(&t->out) && !outlet_left(&t->err);
    if (t->over && (all_out || t->unread || t->interrupt.count))
        stk_loop_stop(t->cli->loop);
}

static void on_moved(struct outlet *outlet)
{
    struct talking *t = outlet->data;
    bool full = outlet_left(&t->out) > HOLD_AT || outlet_left(&t->err) > HOLD_AT;
    if (t->out.error && !t->unread) {
        t->unread = true;
        stk_op_cancel(&t->talk->session.op);
    }
    if (!t->over)
        stk_session_hold(&t->talk->session, full);
    maybe_stop(t);
}

static void on_output(struct stk_session *session, bool is_stderr, const char *bytes, size_t size)
{
    struct talking *t = of(session);
    struct outlet *outlet = is_stderr ? &t->err : &t->out;
    outlet_add(outlet, bytes, size);
    if (outlet_left(outlet) > HOLD_AT)
        stk_session_hold(session, true);
}

/* ---- its terminal ---- */

static void on_resize(int signo, void *data)
{
    struct talking *t = data;
    unsigned rows, columns;
    (void)signo;
    if (stk_terminal_size(STDOUT_FILENO, &rows, &columns))
        stk_session_resize(&t->talk->session, rows, columns);
}

static void on_begun(struct stk_session *session)
{
    struct talking *t = of(session);
    t->talk->opened = true;
    if (session->tty && t->talk->raw) {
        stk_terminal_raw(STDIN_FILENO);
        t->resized = stk_signal_new(t->cli->loop, SIGWINCH, on_resize, t);
        on_resize(SIGWINCH, t); /* it may have changed before we listened */
    }
    if (t->talk->begun)
        t->talk->begun(t->talk);
    on_drained(session);
}

/* ---- its end ---- */

static void on_end(struct stk_op *op)
{
    struct talking *t = op->data;
    t->over = true;
    stk_poll_stop(&t->in);
    stk_terminal_restore();
    maybe_stop(t);
}

static void on_interrupt(struct stk_interrupt *interrupt, unsigned count)
{
    struct talking *t = interrupt->data;
    struct talk *talk = t->talk;
    if (talk->interrupted && talk->interrupted(talk, interrupt->signo, count))
        return;
    stk_op_cancel(&talk->session.op);
    maybe_stop(t);
}

/* As a shell's own tools end when nobody reads them: by the signal, and in silence. */
static int output_lost(const struct cli *cli, int error)
{
    struct stk_error err = { 0 };
    if (error == EPIPE) {
        stk_interrupt_raise_later(SIGPIPE);
        return 128 + SIGPIPE;
    }
    stk_fail(&err, STK_EFAIL, (struct stk_src){ 0 }, "writing to standard output: %s",
             strerror(error));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

int stk_talk_refusal(const struct cli *cli, const struct stk_error *err)
{
    static const char *const absent[] = { "executable file not found",
                                          "no such file or directory" };
    static const char *const refused[] = { "permission denied", "is a directory",
                                           "exec format error", "OCI runtime" };
    int rc = stk_report_error(cli, err);
    for (size_t i = 0; err->msg && i < STK_LEN(absent); i++)
        if (strstr(err->msg, absent[i]))
            return 127;
    for (size_t i = 0; err->msg && i < STK_LEN(refused); i++)
        if (strstr(err->msg, refused[i]))
            return 126;
    return rc;
}

static int outcome(struct talking *t)
{
    struct stk_session *session = &t->talk->session;
    int signalled = stk_interrupt_status(&t->interrupt);
    if (t->talk->failure.code)
        stk_error_move(&session->op.err, &t->talk->failure);
    int rc = t->unread              ? output_lost(t->cli, t->out.error)
             : signalled            ? signalled
             : session->op.err.code ? stk_talk_refusal(t->cli, &session->op.err)
             : session->detached    ? 0
                                    : session->exit_code;
    stk_error_clear(&session->op.err);
    return rc;
}

static void begin(struct talking *t)
{
    struct stk_session *session = &t->talk->session;
    outlet_init(&t->out, t->cli->loop, STDOUT_FILENO);
    outlet_init(&t->err, t->cli->loop, STDERR_FILENO);
    t->out.moved = t->err.moved = on_moved;
    t->out.data = t->err.data = t;
    t->in = (struct stk_poll){ .ready = on_input, .data = t };
    session->op = (struct stk_op){ .done = on_end, .data = t };
    session->begun = on_begun;
    session->output = on_output;
    session->drained = on_drained;
    if (t->talk->raw)
        stk_terminal_size(STDOUT_FILENO, &session->rows, &session->columns);
    t->interrupt = (struct stk_interrupt){ .came = on_interrupt, .data = t };
    stk_interrupt_begin(t->cli->loop, &t->interrupt);
}

int stk_talk(struct cli *cli, struct talk *talk)
{
    struct talking t = { .cli = cli, .talk = talk };
    begin(&t);
    fflush(stdout);
    signal(SIGPIPE, SIG_IGN);
    stk_session_open(cli->docker, &talk->session);
    stk_loop_run(cli->loop);
    if (talk->over)
        talk->over(talk);
    stk_interrupt_end(&t.interrupt);
    stk_signal_free(t.resized);
    outlet_clear(&t.out);
    outlet_clear(&t.err);
    return outcome(&t);
}
