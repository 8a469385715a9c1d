/* run.c — the ready queue: what can run does, within the limit; what a failure makes impossible is
 * skipped and says so; the rest goes on. */
#include "run.h"

#include <stdlib.h>

#include "arena.h"
#include "op.h"
#include "text.h"

/* An engine is at work on a stop in its first moment and its last; what lies between is the grace. */
enum { STOP_WORK_MS = 100 };

/* Waiting costs the engine nothing, so it does not count to the limit. */
static bool counts(const struct job *job)
{
    enum stk_verb verb = job->action->verb;
    return verb != STK_WAIT && verb != STK_KEEP && verb != STK_GATE;
}

static void take_place(struct job *job)
{
    job->has_place = counts(job);
    job->run->busy += job->has_place;
}

static void give_place(struct job *job)
{
    stk_timer_stop(&job->place);
    job->run->busy -= job->has_place;
    job->has_place = false;
}

/* An engine goes on with what it was asked for, whoever has stopped listening. */
static bool may_be_left(const struct job *job)
{
    enum stk_verb verb = job->action->verb;
    return verb == STK_WAIT || verb == STK_PULL || verb == STK_BUILD || verb == STK_GATE;
}

/* Waits begin at once; what is made ahead has its turn when nothing else is to be done. */
static struct queue *queue_of(struct run *run, const struct job *job)
{
    bool ahead = job->action->verb == STK_MAKE;
    return &run->queues[!counts(job) ? AT_ONCE : ahead ? AHEAD : IN_TURN];
}

static void launch(struct run *run);

/* It waits for a program that takes its time: others may be told to stop meanwhile. */
static void stop_goes_on(struct stk_timer *timer)
{
    struct job *job = timer->data;
    give_place(job);
    if (!job->run->stopping)
        launch(job->run);
}

static void launch_job(struct run *run, struct job *job)
{
    take_place(job);
    if (job->action->verb == STK_STOP && !run->req->parallel) { /* else the limit is the user's */
        job->place = (struct stk_timer){ .fire = stop_goes_on, .data = job };
        stk_timer_start(run->req->op.loop, &job->place, STOP_WORK_MS);
    }
    run->under_way++;
    job->state = JOB_RUNNING;
    job_begin(job);
    if (run->expired && may_be_left(job))
        job_cancel(job);
}

static void launch(struct run *run)
{
    unsigned limit = run->req->parallel ? run->req->parallel : STK_PARALLEL_DEFAULT;
    for (size_t i = 0; i < STK_LEN(run->queues); i++) {
        struct queue *queue = &run->queues[i];
        while (queue->head < queue->tail && (i == AT_ONCE || run->busy < limit)) {
            struct job *job = &run->jobs[queue->v[queue->head++]];
            if (job->state == JOB_READY)
                launch_job(run, job);
        }
    }
}

static void make_ready(struct run *run, unsigned i)
{
    struct job *job = &run->jobs[i];
    if (job->state != JOB_WAITING || job->pending)
        return;
    if (!job->action->preparation && run->preparing)
        return; /* when the last preparation ends, all are looked at again */
    struct queue *queue = queue_of(run, job);
    job->state = JOB_READY;
    queue->v[queue->tail++] = i;
}

static void skip_from(struct run *run, unsigned i, const char *culprit);

static bool lets_go_on(const struct job *job, enum stk_after_kind kind)
{
    switch (kind) {
    case STK_AFTER_OK:
        return job->state == JOB_OK;
    case STK_AFTER_END:
        return true;
    case STK_AFTER_RAN:
        return job->state != JOB_SKIPPED;
    case STK_AFTER_FAILED:
        return job->state == JOB_FAILED;
    }
    return true;
}

static const char *blame(const struct job *job)
{
    return job->state == JOB_FAILED && !job->culprit ? job->action->ref.name : job->culprit;
}

static void release_users(struct run *run, unsigned i)
{
    const struct job *job = &run->jobs[i];
    for (unsigned k = run->first_user[i]; k < run->first_user[i + 1]; k++) {
        unsigned user = run->users[k].job;
        run->jobs[user].pending--;
        if (lets_go_on(job, run->users[k].kind))
            make_ready(run, user);
        else
            skip_from(run, user, run->stopping ? NULL : blame(job));
    }
}

/* Depth is bounded by the longest chain of dependencies; each job is skipped once. */
static void skip_from(struct run *run, unsigned i, const char *culprit)
{
    struct job *job = &run->jobs[i];
    if (job->state != JOB_WAITING && job->state != JOB_READY)
        return;
    job_skip(job, culprit);
    run->left--;
    if (job->action->preparation)
        run->preparing--;
    release_users(run, i);
}

static void preparations_ended(struct run *run)
{
    for (unsigned i = 0; i < run->req->plan->n; i++) {
        if (run->preparation_failed)
            skip_from(run, i, run->preparation_culprit);
        else
            make_ready(run, i);
    }
}

static void go_on(struct run *run)
{
    if (!run->stopping)
        launch(run);
    else
        for (unsigned i = 0; i < run->req->plan->n; i++)
            skip_from(run, i, NULL);
    if (run->left == 0 && run->under_way == 0)
        run->done(run);
}

void run_job_ended(struct job *job)
{
    struct run *run = job->run;
    unsigned i = (unsigned)(job - run->jobs);
    job->ended_ms = stk_monotonic_ms();
    give_place(job);
    run->under_way--;
    run->left--;
    release_users(run, i);
    if (job->action->preparation) {
        if (job->state == JOB_FAILED && !run->preparation_failed) {
            run->preparation_failed = true;
            run->preparation_culprit = job->action->ref.name;
        }
        if (--run->preparing == 0)
            preparations_ended(run);
    }
    go_on(run);
}

/* What is taken away needs nobody: it comes after others for the order's sake. */
static bool takes_away(const struct stk_action *action)
{
    return action->verb == STK_STOP || action->verb == STK_KILL || action->verb == STK_REMOVE;
}

/* Between what fails and who is to be told of it: a wait, and the start of what was made ahead. */
static bool is_on_the_way(const struct stk_action *before, const struct stk_action *action)
{
    return action->verb == STK_WAIT || action->verb == STK_MAKE ||
           (before->verb == STK_MAKE && before->unit == action->unit);
}

/* The first that comes after action i and cannot do without it; or NULL. */
static const struct stk_action *first_user(const struct run *run, unsigned i, unsigned *ret)
{
    for (unsigned k = run->first_user[i]; k < run->first_user[i + 1]; k++) {
        unsigned user = run->users[k].job;
        const struct stk_action *action = run->jobs[user].action;
        if (run->users[k].kind != STK_AFTER_OK || action->ref.kind != STK_SERVICE || action->part ||
            takes_away(action))
            continue;
        if (is_on_the_way(run->jobs[i].action, action)) {
            action = first_user(run, user, ret);
            if (action)
                return action;
            continue;
        }
        *ret = user;
        return action;
    }
    return NULL;
}

char *run_chain(const struct job *job)
{
    enum { LONGEST = 8 };
    unsigned at = (unsigned)(job - job->run->jobs);
    char *chain = NULL;
    const struct stk_action *user;
    for (int n = 0; n < LONGEST && (user = first_user(job->run, at, &at)); n++) {
        char *longer = stk_printf("%s → %s", user->ref.name, chain ? chain : job->action->ref.name);
        free(chain);
        chain = longer;
    }
    return chain;
}

/* The edges the other way round, in one array. */
static void index_users(struct run *run)
{
    const struct stk_plan *plan = run->req->plan;
    run->first_user = stk_alloc((plan->n + 2) * sizeof(*run->first_user));
    size_t edges = 0;
    for (size_t i = 0; i < plan->n; i++)
        for (size_t k = 0; k < plan->v[i].n_after; k++, edges++)
            run->first_user[plan->v[i].after[k].action + 2]++;
    for (size_t i = 2; i < plan->n + 2; i++)
        run->first_user[i] += run->first_user[i - 1];
    run->users = stk_alloc((edges + 1) * sizeof(*run->users));
    for (size_t i = 0; i < plan->n; i++)
        for (size_t k = 0; k < plan->v[i].n_after; k++) {
            const struct stk_after *after = &plan->v[i].after[k];
            run->users[run->first_user[after->action + 1]++] =
                (struct user){ .job = (unsigned)i, .kind = after->kind };
        }
}

void run_begin(struct run *run, struct stk_runtime *rt, struct stk_reconcile_req *req,
               void (*done)(struct run *run))
{
    size_t n = req->plan->n;
    *run = (struct run){ .req = req, .rt = rt, .done = done, .left = n };
    run->jobs = stk_alloc(n * sizeof(*run->jobs));
    for (size_t i = 0; i < STK_LEN(run->queues); i++)
        run->queues[i].v = stk_alloc(n * sizeof(*run->queues[i].v));
    index_users(run);
    for (size_t i = 0; i < n; i++) {
        run->jobs[i].run = run;
        run->jobs[i].action = &req->plan->v[i];
        run->jobs[i].pending = (unsigned)req->plan->v[i].n_after;
        run->preparing += req->plan->v[i].preparation;
    }
    for (unsigned i = 0; i < n; i++)
        make_ready(run, i);
    launch(run);
}

static void let_go(struct run *run)
{
    for (size_t i = 0; i < run->req->plan->n; i++)
        if (run->jobs[i].state == JOB_RUNNING && may_be_left(&run->jobs[i]))
            job_cancel(&run->jobs[i]);
}

static bool undoes_itself(const struct run *run)
{
    for (size_t i = 0; i < run->req->plan->n; i++)
        if (run->jobs[i].action->verb == STK_ROLL_BACK || run->jobs[i].action->part)
            return true;
    return false;
}

void run_cancel(struct run *run)
{
    if (run->req->op.timed_out && undoes_itself(run)) {
        run->expired = true;
        let_go(run);
        return;
    }
    run->stopping = true;
    for (size_t i = 0; i < run->req->plan->n; i++)
        if (run->jobs[i].state == JOB_RUNNING)
            job_cancel(&run->jobs[i]);
    /* What is under way ends through the loop, and the last of it ends the run. */
}

void run_wind_down(struct run *run)
{
    run->stopping = true;
    let_go(run);
}

void run_clear(struct run *run)
{
    stk_timer_stop(&run->slow);
    for (size_t i = 0; run->jobs && i < run->req->plan->n; i++)
        job_clear(&run->jobs[i]);
    free(run->jobs);
    for (size_t i = 0; i < STK_LEN(run->queues); i++)
        free(run->queues[i].v);
    free(run->users);
    free(run->first_user);
}
