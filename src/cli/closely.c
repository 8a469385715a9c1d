/* closely.c — inspects containers one by one, all at a time. */
#include "closely.h"

#include "arena.h"
#include "together.h"

static const struct stk_status *only_one(const struct stk_inspect_req *req)
{
    const struct stk_seen *seen = req->seen;
    bool there = !req->op.err.code && seen && seen->n && seen->v[0].state != STK_ABSENT;
    return there ? &seen->v[0] : NULL;
}

static struct stk_outcome take(struct cli *cli, const struct stk_status *status)
{
    struct stk_outcome outcome = stk_outcome_of(status);
    if (outcome.error)
        outcome.error = stk_arena_strdup(cli->arena, outcome.error);
    return outcome;
}

int stk_closely_outcomes(struct cli *cli, const struct stk_status *const *v, size_t n,
                         struct stk_outcome *ret)
{
    struct together together = { .cli = cli };
    struct stk_inspect_req *reqs = stk_arena_array(cli->arena, n + 1, sizeof(*reqs));
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        reqs[i].ref = &v[i]->ref;
        together_add(&together, &reqs[i].op);
        stk_runtime_inspect(cli->rt, &reqs[i]);
    }
    int signalled = n ? together_run(&together) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct stk_status *status = only_one(&reqs[i]);
        ret[i] = take(cli, status ? status : v[i]);
        if (reqs[i].op.err.code && reqs[i].op.err.code != STK_EABSENT && !rc && !signalled)
            rc = stk_report_error(cli, &reqs[i].op.err);
        stk_error_clear(&reqs[i].op.err);
        stk_seen_free(reqs[i].seen);
    }
    return signalled ? signalled : rc;
}
