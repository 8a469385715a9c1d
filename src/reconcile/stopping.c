/* stopping.c — says who takes long to stop, and afterwards, of whom had to be killed, what to do about it. */
#include "run.h"

#include <string.h>

#include "arena.h"
#include "text.h"

enum {
    SLOW_MS = 1000,
    EARLY_MS = 50,
    AGAIN_MS = 200,
    LOOK_TIMEOUT_MS = 5000,
    KILLED = 128 + 9,
    SHOWN_MAX = 80
};

/* To be told of, once it has taken long. */
static bool may_be_slow(const struct job *job)
{
    return job->state == JOB_RUNNING && job->action->verb == STK_STOP && !job->told_slow &&
           (!job_grace(job) || job_grace(job) > SLOW_MS);
}

static void arm(struct run *run, unsigned ms)
{
    run->slow_armed = true;
    stk_timer_start(run->req->op.loop, &run->slow, ms);
}

/* One line for all of them; those that began later are looked at again. */
static void say_slow(struct stk_timer *timer)
{
    struct run *run = timer->data;
    struct stk_sink *sink = run->req->sink;
    bool later = false;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    for (size_t i = 0; i < run->req->plan->n; i++) {
        struct job *job = &run->jobs[i];
        if (!may_be_slow(job))
            continue;
        if (stk_monotonic_ms() - job->began_ms < SLOW_MS - EARLY_MS) {
            later = true;
            continue;
        }
        job->told_slow = true;
        stk_buf_printf(&text, "%s%s", text.size ? ", " : "still running: ", job->action->name);
        if (job_grace(job))
            stk_buf_printf(&text, " (killed after %g s)", job_grace(job) / 1000.0);
    }
    run->slow_armed = false;
    if (later)
        arm(run, AGAIN_MS);
    if (sink && text.size)
        sink->event(sink, &(struct stk_event){ .type = STK_EV_PROGRESS,
                                               .phase = STK_PHASE_STOP,
                                               .message = text.bytes });
}

void stopping_begin(struct job *job)
{
    struct run *run = job->run;
    if (run->slow_armed || job->action->verb != STK_STOP)
        return;
    if (!run->slow.fire)
        run->slow = (struct stk_timer){ .fire = say_slow, .data = run };
    arm(run, SLOW_MS);
}

static bool has_init(const struct job *job)
{
    const struct stk_graph *graph = job->run->req->graph;
    const struct stk_service *service =
        graph ? stk_spec_service(graph->spec, job->action->ref.name) : NULL;
    return service && service->init.set && service->init.v;
}

/* Once for all instances of a service. */
static bool told_already(const struct job *job)
{
    const struct run *run = job->run;
    for (size_t i = 0; i < run->req->plan->n; i++)
        if (run->jobs[i].told_killed &&
            strcmp(run->jobs[i].action->ref.name, job->action->ref.name) == 0)
            return true;
    return false;
}

/* How long it was given: what this run asked for, else its own; never what the clock says, which counts
 * the engine's own time. */
static char *given_time(const struct job *job, const struct stk_status *status)
{
    unsigned ms = job_grace(job) ? job_grace(job) : status->grace_ms;
    return ms ? stk_printf("within %g s of", ms / 1000.0) : stk_strdup("after");
}

static void say_killed(struct job *job, const struct stk_status *status)
{
    struct stk_sink *sink = job->run->req->sink;
    const char *command = status->command ? status->command : "";
    int shown = strlen(command) > SHOWN_MAX ? SHOWN_MAX : (int)strlen(command);
    STK_CLEANUP(stk_charp) char *given = given_time(job, status);
    STK_CLEANUP(stk_charp)
    char *text = stk_printf(
        has_init(job)
            ? "service '%s': '%.*s' did not end %s its stop signal and was killed; "
              "stop_grace_period gives it longer"
            : "service '%s': process 1, '%.*s', did not end %s its stop signal and was killed; "
              "'init: true' in the file, or 'exec' in its script, lets the signal reach the "
              "program",
        job->action->ref.name, shown, command, given);
    job->told_killed = true;
    if (sink)
        sink->event(sink, &(struct stk_event){
                              .type = STK_EV_WARNING, .phase = STK_PHASE_STOP, .message = text });
}

/* A look that failed only means that nothing can be said. */
static void looked(struct stk_op *op)
{
    struct job *job = op->data;
    const struct stk_seen *seen = job->inspect.seen;
    job->current = NULL;
    if (!op->err.code && seen && seen->n && seen->v[0].state == STK_EXITED &&
        seen->v[0].exit_code == KILLED && !told_already(job))
        say_killed(job, &seen->v[0]);
    stk_error_clear(&op->err);
    job->after_stop(&job->stop.op);
}

void stopping_ended(struct job *job, stk_op_fn *then)
{
    bool slow = stk_monotonic_ms() - job->began_ms >= SLOW_MS - EARLY_MS;
    if (job->action->verb != STK_STOP || job->stop.op.err.code || !job->stop.changed || !slow ||
        job->run->stopping) {
        then(&job->stop.op);
        return;
    }
    job->after_stop = then;
    job->inspect = (struct stk_inspect_req){
        .op = { .done = looked, .data = job, .timeout_ms = LOOK_TIMEOUT_MS },
        .ref = &job->action->ref,
    };
    job->current = &job->inspect.op;
    stk_runtime_inspect(job->run->rt, &job->inspect);
}
