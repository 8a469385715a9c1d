/* control_each.c — does one thing to all named containers that run, at a time, and tells each as the
 * other commands tell theirs. */
#include "control_each.h"

#include <stdio.h>

#include "arena.h"
#include "pick.h"
#include "text.h"
#include "together.h"

static const struct words {
    enum stk_phase phase;
    const char *verb;
} words[] = {
    [STK_CONTROL_PAUSE] = { STK_PHASE_PAUSE, "pause" },
    [STK_CONTROL_UNPAUSE] = { STK_PHASE_UNPAUSE, "unpause" },
    [STK_CONTROL_SIGNAL] = { STK_PHASE_SIGNAL, "signal" },
};

struct one {
    struct stk_control_req req;
    const struct stk_status *status;
    int64_t begun_ms;
};

struct each {
    struct together together;
    struct stk_sink *view;
    int rc;
};

static struct stk_event event_of(const struct one *one, enum stk_event_type type)
{
    return (struct stk_event){
        .type = type,
        .phase = words[one->req.what].phase,
        .ref = one->status->ref,
        .name = one->status->name,
    };
}

static void ended(struct together *together, struct stk_op *op)
{
    struct each *each = together->data;
    struct one *one = STK_CONTAINER(op, struct one, req.op);
    struct stk_event ev = event_of(one, op->err.code ? STK_EV_FAILED : STK_EV_DONE);
    ev.elapsed_ms = (unsigned)(stk_monotonic_ms() - one->begun_ms);
    ev.code = op->err.code;
    ev.message = op->err.msg;
    each->view->event(each->view, &ev);
    if (op->err.code && !each->rc)
        each->rc = stk_code_info(op->err.code)->exit_status;
    stk_error_clear(&op->err);
}

static void begin(struct each *each, struct one *one)
{
    struct stk_event ev = event_of(one, STK_EV_BEGIN);
    each->view->event(each->view, &ev);
    one->begun_ms = stk_monotonic_ms();
    together_add(&each->together, &one->req.op);
    stk_docker_control(each->together.cli->docker, &one->req);
}

static int do_each(struct cli *cli, struct one *v, size_t n)
{
    struct each each = { .together = { .cli = cli, .ended = ended }, .view = stk_view_new(cli) };
    each.together.data = &each;
    for (size_t i = 0; i < n; i++)
        begin(&each, &v[i]);
    int signalled = together_run(&each.together);
    stk_view_free(each.view);
    return signalled ? signalled : each.rc;
}

static int tell_none(const struct cli *cli, const char *verb)
{
    if (cli->args.n)
        stk_say(stderr, "no container of %s%s runs: nothing to %s", cli->args.v[0],
                cli->args.n > 1 ? " and the others" : "", verb);
    else
        fprintf(stderr, "no container of project %s runs: nothing to %s\n", cli->project, verb);
    return 0;
}

int control_each(struct cli *cli, enum stk_control what, int signal)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *const *v = NULL;
    size_t n = 0;
    int rc = pick_named(cli, PICK_RUNNING, &seen, &v, &n);
    struct one *ones = stk_arena_array(cli->arena, n + 1, sizeof(*ones));
    for (size_t i = 0; !rc && i < n; i++) {
        ones[i].status = v[i];
        ones[i].req =
            (struct stk_control_req){ .id = v[i]->ref.id, .what = what, .signal = signal };
    }
    if (!rc && n == 0)
        rc = tell_none(cli, words[what].verb);
    else if (!rc && cli->o.dry_run)
        for (size_t i = 0; i < n; i++)
            stk_say(stdout, "would %s container %s", words[what].verb, v[i]->name);
    else if (!rc)
        rc = do_each(cli, ones, n);
    stk_seen_free(seen);
    return rc;
}
