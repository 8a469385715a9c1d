/* attach.c — the life of a foreground `up`: reconcile while logs stream; then wait until everything
 * exited, one exit ends it (--abort-on-…), or Ctrl-C stops it: once in order, twice at once. */
#include "attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "interrupt.h"
#include "lock.h"
#include "log_lines.h"
#include "loop.h"
#include "outcome.h"
#include "text.h"

enum { COUNTDOWN_MS = 1000 };

/* One instance whose logs are shown and whose end is waited for. */
struct attached {
    struct attach *attach;
    struct attached *next;
    char *service, *name;
    unsigned index;
    struct log_source *source;
    struct stk_logs_req logs;
    struct stk_wait_req wait;
    char since[40];
    int64_t stopping_since_ms; /* 0: it is not being stopped */
    unsigned grace_ms;
    bool logs_open, waiting, exited, oom;
    int exit_code;
};

struct attach {
    struct cli *cli;
    struct stk_sink sink; /* what the reconciler tells goes through here to the view */
    struct stk_sink *view;
    struct log_printer *printer;
    struct stk_reconcile_req *up;
    struct stk_companion *companion; /* or NULL */
    bool accompanied;                /* it has begun, and not ended */
    struct stk_reconcile_req down;   /* the stop, and the kill */
    struct stk_interrupt interrupt;
    struct stk_timer countdown;
    struct attached *first, **last;
    bool up_pending, down_pending, kill_wanted, stopped, left;
    const char **services; /* what the stop is about */
    struct stk_lock *lock; /* while the stack is brought up, not while it runs */
    int lost;              /* exit status once what runs can no longer be watched; 0: all is well */
    int exit_code;         /* of the container that ended it all; -1: none */
};

static void begin_stop(struct attach *a, enum stk_goal_kind kind);

/* What is still being started is waited for first: a stop that looked before would miss it. */
static void stop_all(struct attach *a)
{
    a->stopped = true;
    if (a->accompanied)
        a->companion->stop(a->companion); /* its end comes back here */
    else if (a->up_pending)
        stk_reconcile_wind_down(a->up);
    else
        begin_stop(a, STK_GOAL_STOP);
}

static void maybe_over(struct attach *a)
{
    if (a->up_pending || a->down_pending || a->accompanied)
        return;
    for (struct attached *one = a->first; one; one = one->next)
        if (one->logs_open || one->waiting)
            return;
    stk_loop_stop(a->cli->loop);
}

static void note_end(struct attached *one)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf words;
    stk_buf_init(&words, STK_KIB);
    struct stk_outcome outcome = stk_outcome_of_code(one->exit_code, one->oom);
    stk_outcome_note(&words, &outcome);
    log_source_note(one->source, "%s", words.bytes);
}

static void all_ended(struct attached *one)
{
    if (one->logs_open || one->waiting)
        return;
    log_source_flush(one->source);
    if (one->exited)
        note_end(one);
    maybe_over(one->attach);
}

/* The engine is gone: told once, and no reason to end as if all were well. */
static void lose(struct attach *a, struct attached *one, struct stk_error *err)
{
    if (err->code == STK_OK || err->code == STK_ECANCELED || a->lost)
        return;
    stk_wrap(err, "watching '%s'", one->name);
    a->lost = stk_report_error(a->cli, err);
}

static void chunk_came(struct stk_logs_req *req, const struct stk_log_chunk *chunk)
{
    struct attached *one = STK_CONTAINER(req, struct attached, logs);
    log_source_chunk(one->source, chunk);
}

static void logs_ended(struct stk_op *op)
{
    struct attached *one = op->data;
    one->logs_open = false;
    if (op->err.code == STK_EENGINE)
        lose(one->attach, one, &op->err);
    else if (op->err.code != STK_OK && op->err.code != STK_ECANCELED)
        stk_warn("logs of %s: %s", one->name, op->err.msg);
    stk_error_clear(&op->err);
    all_ended(one);
}

/* Does this exit end the whole stack? */
static bool aborts(const struct attach *a, const struct attached *one)
{
    const struct options *o = &a->cli->o;
    if (a->stopped)
        return false;
    return o->abort_on_exit || o->exit_code_from || (o->abort_on_failure && one->exit_code != 0);
}

static void exit_came(struct stk_op *op)
{
    struct attached *one = op->data;
    struct attach *a = one->attach;
    one->waiting = false;
    if (op->err.code == STK_OK && one->wait.seen && one->wait.seen->n) {
        one->exited = one->wait.seen->v[0].state != STK_ABSENT;
        one->exit_code = one->wait.seen->v[0].exit_code;
        one->oom = one->wait.seen->v[0].oom;
    }
    lose(a, one, &op->err);
    stk_error_clear(&op->err);
    stk_seen_free(TAKE(one->wait.seen));
    const char *from = a->cli->o.exit_code_from;
    if (one->exited && from && strcmp(from, one->service) == 0)
        a->exit_code = one->exit_code;
    if (one->exited && aborts(a, one)) {
        if (!from)
            a->exit_code = one->exit_code;
        stop_all(a);
    }
    all_ended(one);
}

static bool listed(const struct stk_strs *names, const char *service)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], service) == 0)
            return true;
    return false;
}

static bool shows(const struct attach *a, const char *service)
{
    const struct options *o = &a->cli->o;
    if (listed(&o->no_attach, service))
        return false;
    if (o->attach.n)
        return listed(&o->attach, service);
    return o->attach_dependencies || stk_is_named(a->cli, service);
}

static struct attached *find(struct attach *a, const struct stk_ref *ref)
{
    for (struct attached *one = a->first; one; one = one->next)
        if (one->index == ref->index && strcmp(one->service, ref->name) == 0)
            return one;
    return NULL;
}

static struct stk_ref ref_of(const struct attached *one)
{
    return (struct stk_ref){ .kind = STK_SERVICE, .name = one->service, .index = one->index };
}

/* "web-1", or the name that the file gives the container. */
static char *prefix_of(const struct stk_service *service, const struct stk_ref *ref)
{
    if (service && service->container_name)
        return stk_strdup(service->container_name);
    return stk_printf("%s-%u", ref->name, ref->index);
}

/* The column is as wide as the widest of all that may come, so that it does not jump. */
static void widen(struct attach *a)
{
    for (size_t i = 0; i < a->cli->graph->n; i++) {
        const struct stk_unit *unit = &a->cli->graph->v[i].unit;
        if (unit->ref.kind != STK_SERVICE || !shows(a, unit->ref.name))
            continue;
        STK_CLEANUP(stk_charp) char *prefix = prefix_of(unit->service, &unit->ref);
        log_printer_widen(a->printer, prefix);
    }
}

static struct attached *add(struct attach *a, const struct stk_event *ev)
{
    struct attached *one = stk_alloc(sizeof(*one));
    one->attach = a;
    one->service = stk_strdup(ev->ref.name);
    one->name = stk_strdup(ev->name);
    one->index = ev->ref.index;
    const struct stk_service *service = stk_spec_service(a->cli->spec, ev->ref.name);
    STK_CLEANUP(stk_charp) char *prefix = prefix_of(service, &ev->ref);
    one->source = log_source_new(a->printer, prefix, ev->ref.name);
    *a->last = one;
    a->last = &one->next;
    return one;
}

static void begin_attached(struct attach *a, const struct stk_event *ev, bool only_new)
{
    struct attached *one = find(a, &ev->ref);
    if (one && (one->logs_open || one->waiting))
        return; /* a restart is followed by the streams that are open */
    one = one ? one : add(a, ev);
    one->exited = false;
    if (ev->since)
        snprintf(one->since, sizeof(one->since), "%s", ev->since);
    if (shows(a, one->service)) {
        one->logs_open = true;
        one->logs = (struct stk_logs_req){
            .op = { .done = logs_ended, .data = one },
            .ref = ref_of(one),
            .follow = true,
            .since = one->since[0] ? one->since : NULL,
            .tail = { .set = only_new, .v = 0 },
            .chunk = chunk_came,
        };
        stk_runtime_logs(a->cli->rt, &one->logs);
    }
    one->waiting = true;
    one->wait = (struct stk_wait_req){
        .op = { .done = exit_came, .data = one },
        .ref = ref_of(one),
        .until = STK_UNTIL_EXITED,
    };
    stk_runtime_wait_healthy(a->cli->rt, &one->wait);
}

/* Who is still there, and how long it may be, once a second for somebody who waits at a terminal. */
static void count_down(struct stk_timer *timer)
{
    struct attach *a = timer->data;
    int64_t now = stk_monotonic_ms();
    for (const struct attached *one = a->first; one; one = one->next)
        if (one->stopping_since_ms && one->grace_ms)
            stk_say(stderr, " Container %s  Stopping  %.0f s (killed after %g s)", one->name,
                    (double)(now - one->stopping_since_ms) / 1000, one->grace_ms / 1000.0);
    if (a->down_pending)
        stk_timer_start(a->cli->loop, timer, COUNTDOWN_MS);
}

static void note_stop(struct attach *a, const struct stk_event *ev)
{
    struct attached *one = ev->ref.kind == STK_SERVICE ? find(a, &ev->ref) : NULL;
    if (!one || ev->phase != STK_PHASE_STOP)
        return;
    one->stopping_since_ms = ev->type == STK_EV_BEGIN ? stk_monotonic_ms() : 0;
    one->grace_ms = ev->grace_ms;
}

static void told(struct stk_sink *sink, const struct stk_event *ev)
{
    struct attach *a = STK_CONTAINER(sink, struct attach, sink);
    if (ev->name || ev->type != STK_EV_PROGRESS || !isatty(STDERR_FILENO)) /* it is counted down */
        a->view->event(a->view, ev);
    note_stop(a, ev);
    bool started = ev->phase == STK_PHASE_START || ev->phase == STK_PHASE_RESTART;
    if (ev->type != STK_EV_DONE || ev->ref.kind != STK_SERVICE || a->stopped)
        return;
    if (started || ev->phase == STK_PHASE_KEEP)
        begin_attached(a, ev, ev->phase == STK_PHASE_KEEP);
}

static void down_ended(struct stk_op *op)
{
    struct attach *a = op->data;
    a->down_pending = false;
    stk_timer_stop(&a->countdown);
    stk_reconcile_clear(&a->down);
    if (a->kill_wanted) {
        a->kill_wanted = false;
        begin_stop(a, STK_GOAL_KILL);
        return;
    }
    maybe_over(a);
}

/* Everything the plan was about, whether or not it got there; what a companion made of the stack since, too. */
static struct stk_strs touched(struct attach *a)
{
    if (a->companion)
        return a->cli->args;
    const struct stk_plan *plan = a->up->plan;
    free(a->services);
    a->services = stk_alloc(((plan ? plan->n : 0) + 1) * sizeof(*a->services));
    size_t n = 0;
    for (size_t i = 0; plan && i < plan->n; i++)
        if (plan->v[i].ref.kind == STK_SERVICE && plan->v[i].verb != STK_WAIT)
            a->services[n++] = plan->v[i].ref.name;
    return (struct stk_strs){ .set = true, .n = n, .v = a->services };
}

static void begin_stop(struct attach *a, enum stk_goal_kind kind)
{
    a->stopped = true;
    struct stk_strs services = touched(a);
    if (a->down_pending || (services.n == 0 && !a->companion))
        return;
    a->down_pending = true;
    a->down = (struct stk_reconcile_req){
        .op = { .done = down_ended, .data = a },
        .graph = a->cli->graph,
        .project = a->cli->project,
        .goal = { .kind = kind, .services = services, .ignore_orphans = true },
        .grace = a->up->grace,
        .parallel = (unsigned)a->cli->o.parallel,
        .sink = &a->sink,
    };
    stk_reconcile(a->cli->loop, a->cli->rt, &a->down);
    if (isatty(STDERR_FILENO) && kind == STK_GOAL_STOP)
        stk_timer_start(a->cli->loop, &a->countdown, COUNTDOWN_MS);
}

/* An `up` that failed ends at once; what becomes of what it had started is aftermath.c's. */
static void detach(struct attach *a)
{
    for (struct attached *one = a->first; one; one = one->next) {
        stk_op_cancel(&one->logs.op);
        stk_op_cancel(&one->wait.op);
    }
}

static void companion_ended(struct stk_companion *companion)
{
    struct attach *a = companion->attach;
    a->accompanied = false;
    stop_all(a);
    maybe_over(a);
}

static void begin_companion(struct attach *a)
{
    a->companion->attach = a;
    a->companion->ended = companion_ended;
    a->lost = a->companion->begin(a->companion, a->cli, &a->sink);
    a->accompanied = a->lost == 0;
    if (a->lost)
        stop_all(a);
}

static void up_ended(struct stk_op *op)
{
    struct attach *a = op->data;
    a->up_pending = false;
    stk_lock_release(a->lock);
    if (a->stopped)
        begin_stop(a, a->kill_wanted ? STK_GOAL_KILL : STK_GOAL_STOP);
    else if (op->err.code != STK_OK)
        detach(a);
    else if (a->companion)
        begin_companion(a);
    maybe_over(a);
}

static void interrupted(struct stk_interrupt *interrupt, unsigned count)
{
    struct attach *a = interrupt->data;
    if (count == 1) {
        fputs("Gracefully stopping... (press Ctrl+C again to force)\n", stderr);
        stop_all(a);
    } else if (count == 2) {
        fputs("Killing... (press Ctrl+C again to leave at once)\n", stderr);
        a->kill_wanted = a->down_pending || a->up_pending;
        if (a->up_pending)
            stk_op_cancel(&a->up->op);
        else if (a->down_pending)
            stk_op_cancel(&a->down.op);
        else
            begin_stop(a, STK_GOAL_KILL);
    } else {
        a->left = true;
        stk_loop_stop(a->cli->loop);
    }
}

static _Noreturn void leave(const struct attach *a)
{
    for (const struct attached *one = a->first; one; one = one->next)
        if (one->waiting)
            stk_say(stderr, "left behind: %s", one->name);
    stk_interrupt_reraise();
    _Exit(130);
}

static int status(struct attach *a)
{
    int signalled = stk_interrupt_status(&a->interrupt);
    if (signalled)
        return signalled;
    if (a->exit_code >= 0)
        return a->exit_code;
    if (a->up->op.err.code != STK_OK && a->up->op.err.code != STK_ECANCELED) {
        if (a->up->failed == 0)
            return stk_report_error(a->cli, &a->up->op.err);
        return stk_code_info(a->up->op.err.code)->exit_status;
    }
    return a->lost;
}

static void clear(struct attach *a)
{
    for (struct attached *one = a->first; one;) {
        struct attached *next = one->next;
        free(one->service);
        free(one->name);
        free(one);
        one = next;
    }
    free(a->services);
    log_printer_free(a->printer);
    stk_view_free(a->view);
}

int stk_attach(struct cli *cli, struct stk_reconcile_req *up, struct stk_companion *companion)
{
    struct stk_lock lock = { .fd = -1 };
    int locked = stk_lock_take(cli, &lock);
    if (locked)
        return locked;
    struct attach a = { .cli = cli,
                        .lock = &lock,
                        .up = up,
                        .companion = companion,
                        .exit_code = -1,
                        .sink.event = told };
    a.last = &a.first;
    if (!cli->o.progress)
        cli->o.progress = "plain"; /* a live view and log lines cannot share a screen */
    a.view = stk_view_new(cli);
    a.printer = log_printer_new(cli);
    widen(&a);
    up->op.done = up_ended;
    up->op.data = &a;
    up->project = cli->project;
    up->graph = cli->graph;
    up->parallel = (unsigned)cli->o.parallel;
    up->no_probe = cli->o.no_probe;
    up->quiet_pull = cli->o.quiet_pull;
    up->sink = &a.sink;
    a.countdown = (struct stk_timer){ .fire = count_down, .data = &a };
    a.up_pending = true;
    a.interrupt = (struct stk_interrupt){ .came = interrupted, .data = &a };
    stk_interrupt_begin(cli->loop, &a.interrupt);
    stk_reconcile(cli->loop, cli->rt, up);
    stk_loop_run(cli->loop);
    stk_interrupt_end(&a.interrupt);
    if (a.left)
        leave(&a);
    int rc = status(&a);
    clear(&a);
    return rc;
}
