/* job.c — one action: which operations carry it out, what is told about it, and, when a unit did
 * not get where it should, the report of how it ended and what it said last. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "op.h"
#include "text.h"
#include "trace.h"

enum {
    REPORT_LINES = 20,
    REPORT_MAX = 64 * 1024,
    REPORT_TIMEOUT_MS = 5000,
    DEFAULT_GRACE_MS = 10000,
    NOTED_LATE_MS = 1000
};

static enum stk_phase phase_of_action(const struct stk_action *action)
{
    switch (action->verb) {
    case STK_KEEP:
        return STK_PHASE_KEEP;
    case STK_PULL:
        return STK_PHASE_PULL;
    case STK_BUILD:
        return STK_PHASE_BUILD;
    case STK_CREATE:
        return action->ref.kind != STK_SERVICE || action->create_only ? STK_PHASE_CREATE
                                                                      : STK_PHASE_START;
    case STK_MAKE:
        return STK_PHASE_CREATE;
    case STK_START:
        return STK_PHASE_START;
    case STK_RECREATE:
        return STK_PHASE_RECREATE;
    case STK_RESTART:
        return STK_PHASE_RESTART;
    case STK_WAIT:
        return action->until == STK_UNTIL_COMPLETED ? STK_PHASE_WAIT_COMPLETED
               : action->until == STK_UNTIL_HEALTHY ? STK_PHASE_WAIT_HEALTHY
                                                    : STK_PHASE_WAIT_READY;
    case STK_STOP:
        return STK_PHASE_STOP;
    case STK_KILL:
        return STK_PHASE_KILL;
    case STK_REMOVE:
        return STK_PHASE_REMOVE;
    case STK_ROLL_BACK:
        return STK_PHASE_ROLL_BACK;
    case STK_GATE:
        break;
    }
    return STK_PHASE_KEEP;
}

static enum stk_phase phase_of(const struct job *job)
{
    const struct stk_build_opts *opts = job->run->req->build_opts;
    enum stk_phase phase = job->building ? STK_PHASE_BUILD : phase_of_action(job->action);
    return phase == STK_PHASE_BUILD && opts && opts->check ? STK_PHASE_CHECK : phase;
}

static void tell(struct job *job, struct stk_event *ev)
{
    struct stk_sink *sink = job->run->req->sink;
    ev->ref = job->action->ref;
    ev->unit = job->action->unit;
    ev->name = job->action->name;
    if (ev->type != STK_EV_BEGIN && ev->type != STK_EV_SKIPPED)
        ev->elapsed_ms = (unsigned)(stk_monotonic_ms() - job->began_ms);
    stk_trace(STK_TRACE_RUN, "%s: %s", ev->name, stk_event_word(ev->phase, ev->type));
    if (sink)
        sink->event(sink, ev);
}

unsigned job_grace(const struct job *job)
{
    const struct stk_opt *given = &job->run->req->grace;
    const struct stk_graph *graph = job->run->req->graph;
    const struct stk_service *service =
        graph ? stk_spec_service(graph->spec, job->action->ref.name) : NULL;
    if (given->set)
        return (unsigned)given->v;
    if (service && service->stop_grace_period.set)
        return (unsigned)(service->stop_grace_period.v / STK_NS_PER_MS);
    return service ? DEFAULT_GRACE_MS : 0;
}

static void tell_simple(struct job *job, enum stk_event_type type, enum stk_phase phase)
{
    tell(job, &(struct stk_event){ .type = type,
                                   .phase = phase,
                                   .grace_ms = phase == STK_PHASE_STOP ? job_grace(job) : 0,
                                   .status = phase == STK_PHASE_KEEP ? job->action->seen : NULL,
                                   .since = job->start.since });
}

static void end_ok(struct job *job)
{
    job->state = JOB_OK;
    enum stk_phase phase = phase_of(job);
    tell_simple(job, STK_EV_DONE, phase);
    if (phase == STK_PHASE_RECREATE && !job->action->create_only)
        tell_simple(job, STK_EV_DONE, STK_PHASE_START);
    run_job_ended(job);
}

static struct stk_src place_of(const struct job *job)
{
    struct stk_src nowhere = { 0 };
    const struct stk_unit *unit = job->action->unit;
    if (job->err.src.line)
        return job->err.src;
    if (unit && unit->ref.kind == STK_SERVICE && job->err.code == STK_EIMAGE)
        return unit->service->image_src;
    return unit ? unit->src : nowhere;
}

/* How it is now, with what only the wait saw: its verdict's exit code, which an engine forgets once the
 * container runs again, and the last probe that we ran ourselves. */
static bool culprit(const struct job *job, struct stk_status *ret)
{
    const struct stk_seen *now = job->inspect.seen, *then = job->wait.seen;
    if (!(now && now->n) && !(then && then->n))
        return false;
    *ret = now && now->n ? now->v[0] : then->v[0];
    if (!then || !then->n)
        return true;
    if (job->err.code == STK_ENOTREADY)
        ret->exit_code = then->v[0].exit_code;
    ret->told = then->v[0].told;
    if (!ret->probe_output) {
        ret->probe_output = then->v[0].probe_output;
        ret->probe_exit = then->v[0].probe_exit;
    }
    return true;
}

static void end_failed(struct job *job)
{
    struct stk_status status;
    bool known = culprit(job, &status);
    bool silent =
        job->run->stopping && job->err.code == STK_ECANCELED && !job->run->req->op.timed_out;
    job->state = JOB_FAILED;
    STK_CLEANUP(stk_charp)
    char *chain = job->action->ref.kind == STK_SERVICE ? run_chain(job) : NULL;
    if (!silent)
        tell(job, &(struct stk_event){ .type = STK_EV_FAILED,
                                       .phase = phase_of(job),
                                       .message = job->err.msg,
                                       .code = job->err.code,
                                       .chain = chain,
                                       .src = place_of(job),
                                       .status = known ? &status : NULL,
                                       .log_tail = job->tail.size ? job->tail.bytes : NULL });
    run_job_ended(job);
}

static void read_log(struct job *job);

/* What crashes again and again may be in another run by now, and not have said anything in that yet. */
static bool is_in_another_run(const struct job *job)
{
    const struct stk_seen *seen = job->inspect.seen;
    return job->this_run[0] && !job->tail.size && seen && seen->n && seen->v[0].restarts;
}

static void logs_read(struct stk_op *op)
{
    struct job *job = op->data;
    job->current = NULL;
    bool answered = op->err.code == STK_OK;
    stk_error_clear(&op->err); /* a report without its log lines is still a report */
    if (answered && is_in_another_run(job)) {
        job->this_run[0] = '\0';
        read_log(job);
    } else {
        end_failed(job);
    }
}

static void log_chunk(struct stk_logs_req *req, const struct stk_log_chunk *chunk)
{
    struct job *job = STK_CONTAINER(req, struct job, logs);
    stk_buf_add(&job->tail, chunk->bytes, chunk->size);
}

/* Lines of earlier runs would mislead. A process may log before the engine has noted when it started. */
static void say_this_run(struct job *job)
{
    const struct stk_seen *seen = job->inspect.seen;
    if (!seen || !seen->n || seen->v[0].started_ms <= NOTED_LATE_MS)
        return;
    int64_t ms = seen->v[0].started_ms - NOTED_LATE_MS;
    snprintf(job->this_run, sizeof(job->this_run), "%lld.%03lld", (long long)(ms / 1000),
             (long long)(ms % 1000));
}

static void report_inspected(struct stk_op *op)
{
    struct job *job = op->data;
    job->current = NULL;
    stk_error_clear(&op->err);
    stk_buf_init(&job->tail, REPORT_MAX);
    say_this_run(job);
    read_log(job);
}

static void read_log(struct job *job)
{
    job->logs = (struct stk_logs_req){
        .op = { .done = logs_read, .data = job, .timeout_ms = REPORT_TIMEOUT_MS },
        .ref = job->failed,
        .since = job->this_run[0] ? job->this_run : NULL,
        .tail = { .set = true, .v = REPORT_LINES },
        .chunk = log_chunk,
    };
    job->current = &job->logs.op;
    stk_runtime_logs(job->run->rt, &job->logs);
}

/* How the culprit ended and what it said last; only then is the failure told. */
static void report(struct job *job)
{
    job->failed = job->action->ref;
    if (job->action->unit)
        job->failed.id = NULL; /* it may have been replaced since */
    job->inspect = (struct stk_inspect_req){
        .op = { .done = report_inspected, .data = job, .timeout_ms = REPORT_TIMEOUT_MS },
        .ref = &job->failed,
    };
    job->current = &job->inspect.op;
    stk_runtime_inspect(job->run->rt, &job->inspect);
}

static void say_not_in_time(struct job *job)
{
    struct stk_reconcile_req *req = job->run->req;
    if (req->op.timed_out && job->err.code == STK_ECANCELED)
        stk_fail(&job->err, STK_ETIMEOUT, job->err.src, "not ready after %g s",
                 req->op.timeout_ms / 1000.0);
}

/* A limit of the file's, not of the command line's: the unit is what is not as it should be. */
static void say_not_within(struct job *job)
{
    if (job->action->verb == STK_WAIT && job->action->within_ms && job->err.code == STK_ETIMEOUT &&
        !job->run->req->op.timed_out)
        stk_fail(&job->err, STK_ENOTREADY, job->err.src, "not ready within %g s",
                 job->action->within_ms / 1000.0);
}

static void failed(struct job *job, struct stk_op *op)
{
    stk_error_move(&job->err, &op->err);
    bool conflict = job->action->tolerate_conflict && job->err.code == STK_ECONFLICT;
    bool tolerated = job->action->tolerate || job->action->or_keep;
    if (conflict || (tolerated && job->err.code == STK_EIMAGE)) {
        if (job->action->or_keep)
            stk_wrap(&job->err, "the image that is there will do");
        job->state = JOB_OK;
        tell(job, &(struct stk_event){
                      .type = STK_EV_WARNING, .phase = phase_of(job), .message = job->err.msg });
        run_job_ended(job);
        return;
    }
    say_not_in_time(job);
    say_not_within(job);
    bool worth_it = job->err.code == STK_ENOTREADY || job->err.code == STK_ETIMEOUT;
    if (worth_it && job->action->ref.kind == STK_SERVICE)
        report(job);
    else
        end_failed(job);
}

/* The done of every operation but the report's. */
static void ended(struct stk_op *op)
{
    struct job *job = op->data;
    job->current = NULL;
    if (op->err.code != STK_OK)
        failed(job, op);
    else
        end_ok(job);
}

static void pulled_some(struct stk_start_req *req, const struct stk_progress *progress)
{
    struct job *job = STK_CONTAINER(req, struct job, start);
    tell(job, &(struct stk_event){
                  .type = STK_EV_PROGRESS, .phase = phase_of(job), .progress = progress });
}

static void warned(struct stk_start_req *req, const char *text)
{
    struct job *job = STK_CONTAINER(req, struct job, start);
    tell(job,
         &(struct stk_event){ .type = STK_EV_WARNING, .phase = phase_of(job), .message = text });
}

static void say(struct job *job, const char *line)
{
    tell(job, &(struct stk_event){ .type = STK_EV_SAID, .phase = phase_of(job), .message = line });
}

static void hook_of_start_said(struct stk_start_req *req, const char *line)
{
    say(STK_CONTAINER(req, struct job, start), line);
}

static void hook_of_stop_said(struct stk_stop_req *req, const char *line)
{
    say(STK_CONTAINER(req, struct job, stop), line);
}

/* What the file says of it now, or NULL. */
static const char *config_of(const struct job *job)
{
    const struct stk_graph *graph = job->run->req->graph;
    const struct stk_service *service =
        graph ? stk_spec_service(graph->spec, job->action->ref.name) : NULL;
    return service ? service->config : NULL;
}

/* The last lines of a build are kept: when it fails they are its report. */
static void keep_line(struct job *job, const char *line)
{
    if (!job->tail.max)
        stk_buf_init(&job->tail, REPORT_MAX);
    if (job->tail_lines == REPORT_LINES) {
        const char *end = memchr(job->tail.bytes, '\n', job->tail.size);
        stk_buf_drop(&job->tail, end ? (size_t)(end - job->tail.bytes) + 1 : job->tail.size);
        job->tail_lines--;
    }
    if (strlen(line) + 1 > REPORT_MAX / REPORT_LINES)
        stk_buf_printf(&job->tail, "%.*s…\n", REPORT_MAX / REPORT_LINES - 8, line);
    else
        stk_buf_printf(&job->tail, "%s\n", line);
    job->tail_lines++;
}

static void built_some(struct stk_start_req *req, const char *line)
{
    struct job *job = STK_CONTAINER(req, struct job, start);
    keep_line(job, line);
    if (!job->run->req->quiet_build)
        tell(job, &(struct stk_event){
                      .type = STK_EV_OUTPUT, .phase = STK_PHASE_BUILD, .message = line });
}

static void build_instead(struct job *job, struct stk_error *err);

static void started(struct stk_op *op)
{
    struct job *job = op->data;
    job->changed |= job->start.changed;
    bool instead = job->action->or_build && !job->building && !job->run->stopping;
    if (instead && op->err.code == STK_EIMAGE)
        build_instead(job, &op->err);
    else
        ended(op);
}

/* What was made ahead for it, or NULL. */
static const char *made(const struct job *job)
{
    unsigned by = job->action->made_by;
    const char *id = by ? job->run->jobs[by - 1].start.made_id : "";
    return *id ? id : NULL;
}

static void begin_start(struct job *job)
{
    const struct stk_action *a = job->action;
    job->start = (struct stk_start_req){
        .op = { .done = started, .data = job },
        .unit = a->unit,
        .ref = a->ref,
        .id = a->ref.id,
        .replace = a->verb == STK_RECREATE,
        .renew_volumes = a->verb == STK_RECREATE && job->run->req->goal.renew_volumes,
        .keep_old = a->keep_old,
        .start_first = a->start_first,
        .restore = a->verb == STK_ROLL_BACK,
        .create_only = a->create_only || a->verb == STK_MAKE,
        .made = made(job),
        .force_pull = a->verb == STK_PULL && !a->max_age_ms,
        .max_age_ms = a->max_age_ms,
        .no_pull = a->no_pull,
        .offline = job->run->req->goal.offline,
        .build = a->verb == STK_BUILD || job->building,
        .tag_of = a->tag_of,
        .build_opts = job->run->req->build_opts,
        .output = built_some,
        .grace = job->run->req->grace,
        .progress = job->run->req->quiet_pull ? NULL : pulled_some,
        .warn = warned,
        .said = hook_of_start_said,
    };
    job->current = &job->start.op;
    stk_runtime_start(job->run->rt, &job->start);
}

/* As Docker Compose does: what can be built need not be in a registry. */
static void build_instead(struct job *job, struct stk_error *err)
{
    STK_CLEANUP(stk_charp)
    char *text = stk_printf("it cannot be pulled, so it is built: %s", err->msg);
    tell(job,
         &(struct stk_event){ .type = STK_EV_WARNING, .phase = STK_PHASE_PULL, .message = text });
    stk_error_clear(err);
    job->building = true;
    tell_simple(job, STK_EV_BEGIN, STK_PHASE_BUILD);
    begin_start(job);
}

static void after_stop(struct stk_op *op)
{
    struct job *job = op->data;
    if (job->action->verb == STK_RESTART && op->err.code == STK_OK && !job->run->stopping)
        begin_start(job);
    else
        ended(op);
}

static void stopped(struct stk_op *op)
{
    struct job *job = op->data;
    job->changed |= job->stop.changed;
    stopping_ended(job, after_stop);
}

static void begin_stop(struct job *job)
{
    job->stop = (struct stk_stop_req){
        .op = { .done = stopped, .data = job },
        .ref = job->action->ref,
        .grace = job->run->req->grace,
        .kill = job->action->verb == STK_KILL,
        .config = config_of(job),
        .said = hook_of_stop_said,
    };
    job->current = &job->stop.op;
    stopping_begin(job);
    stk_runtime_stop(job->run->rt, &job->stop);
}

static void removed(struct stk_op *op)
{
    struct job *job = op->data;
    job->changed |= job->remove.changed;
    ended(op);
}

static void begin_remove(struct job *job)
{
    job->remove = (struct stk_remove_req){
        .op = { .done = removed, .data = job },
        .ref = job->action->ref,
        .volumes = job->run->req->goal.volumes || (job->action->part && job->action->unit),
    };
    job->current = &job->remove.op;
    stk_runtime_remove(job->run->rt, &job->remove);
}

static void begin_wait(struct job *job)
{
    job->wait = (struct stk_wait_req){
        .op = { .done = ended, .data = job, .timeout_ms = job->action->within_ms },
        .ref = job->action->ref,
        .until = job->action->until,
        .own = job->action->unit ? &job->action->unit->service->own : NULL,
        .settle_ms = job->action->settle_ms,
        .no_probe = job->run->req->no_probe,
    };
    if (!job->action->seen || job->action->unit)
        job->wait.ref.id = NULL; /* it may have been replaced since */
    job->current = &job->wait.op;
    stk_runtime_wait_healthy(job->run->rt, &job->wait);
}

/* Nothing to do, but done still comes from the loop. */
static void begin_keep(struct job *job)
{
    job->stop.op = (struct stk_op){ .done = ended, .data = job };
    stk_op_begin(&job->stop.op, job->run->req->op.loop, NULL);
    stk_op_end(&job->stop.op, NULL);
}

/* What comes of a gate is told by those that come after it. */
static void gate_ended(struct stk_op *op)
{
    struct job *job = op->data;
    job->current = NULL;
    job->state = op->err.code ? JOB_FAILED : JOB_OK;
    stk_error_clear(&op->err);
    run_job_ended(job);
}

static void begin_gate(struct job *job)
{
    job->current = &job->gate.op;
    gate_begin(job, gate_ended);
}

void job_begin(struct job *job)
{
    static void (*const begin[])(struct job *) = {
        [STK_KEEP] = begin_keep,     [STK_PULL] = begin_start,      [STK_CREATE] = begin_start,
        [STK_START] = begin_start,   [STK_RECREATE] = begin_start,  [STK_RESTART] = begin_stop,
        [STK_WAIT] = begin_wait,     [STK_STOP] = begin_stop,       [STK_KILL] = begin_stop,
        [STK_REMOVE] = begin_remove, [STK_ROLL_BACK] = begin_start, [STK_GATE] = begin_gate,
        [STK_BUILD] = begin_start,   [STK_MAKE] = begin_start,
    };
    job->began_ms = stk_monotonic_ms();
    if (job->action->verb != STK_KEEP && job->action->verb != STK_GATE)
        tell_simple(job, STK_EV_BEGIN, phase_of(job));
    begin[job->action->verb](job);
}

void job_cancel(struct job *job)
{
    if (job->current)
        stk_op_cancel(job->current);
}

/* What was to be made ahead for it has failed, and that said so. */
static bool is_told(const struct job *job)
{
    unsigned by = job->action->made_by;
    return by && job->run->jobs[by - 1].state == JOB_FAILED;
}

void job_skip(struct job *job, const char *culprit)
{
    job->state = JOB_SKIPPED;
    job->culprit = culprit;
    if (!culprit || job->action->verb == STK_KEEP || !stk_plan_shows(job->action))
        return;
    if (is_told(job))
        return;
    STK_CLEANUP(stk_charp) char *why = stk_printf("'%s' failed", culprit);
    tell(job,
         &(struct stk_event){ .type = STK_EV_SKIPPED, .phase = phase_of(job), .message = why });
}

void job_clear(struct job *job)
{
    stk_error_clear(&job->err);
    stk_seen_free(job->wait.seen);
    stk_seen_free(job->inspect.seen);
    stk_buf_clear(&job->tail);
}
