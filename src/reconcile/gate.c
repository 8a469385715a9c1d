/* gate.c — lets what follows go on when no more than tolerated failed of what came before, and not
 * sooner than the pause between two batches of an update. */
#include "run.h"

#include "op.h"

/* How many of those it comes after did not get where they should; the first of them is to blame. */
static unsigned failures(struct job *job)
{
    unsigned n = 0;
    for (size_t i = 0; i < job->action->n_after; i++) {
        const struct job *before = &job->run->jobs[job->action->after[i].action];
        if (before->state == JOB_OK)
            continue;
        n++;
        if (!job->culprit)
            job->culprit = before->culprit ? before->culprit : before->action->ref.name;
    }
    return n;
}

static void passed(struct stk_timer *timer)
{
    struct job *job = timer->data;
    stk_timer_stop(timer);
    stk_op_end(&job->gate.op, NULL);
}

static void cancel(struct stk_op *op)
{
    struct job *job = op->data;
    struct stk_error err = { 0 };
    stk_timer_stop(&job->gate.timer);
    stk_fail(&err, STK_ECANCELED, (struct stk_src){ 0 }, "canceled");
    stk_op_end(op, &err);
}

void gate_begin(struct job *job, stk_op_fn *done)
{
    struct stk_error err = { 0 };
    job->gate.op = (struct stk_op){ .done = done, .data = job };
    job->gate.timer = (struct stk_timer){ .fire = passed, .data = job };
    stk_op_begin(&job->gate.op, job->run->req->op.loop, cancel);
    if (failures(job) > job->action->tolerates) {
        stk_fail(&err, STK_ESKIPPED, (struct stk_src){ 0 }, "too many failed");
        stk_op_end(&job->gate.op, &err);
    } else if (job->action->delay_ms) {
        stk_timer_start(job->run->req->op.loop, &job->gate.timer, job->action->delay_ms);
    } else {
        stk_op_end(&job->gate.op, NULL);
    }
}
