/* fake_hooks.c — plays the hooks of a moment: a request each, which ends and prints as the script says. */
#include "arena.h"
#include "hooks.h"
#include "op.h"

#include "fake_engine.h"

struct hooks {
    size_t left;
    const char *unit; /* id */
    const char *moment;
    void (*said)(struct fake_job *job, const char *line);
    void (*next)(struct fake_job *job);
};

static void ask(struct fake_job *job);

static void ran(struct fake_job *job)
{
    struct hooks *hooks = job->more;
    const struct fake_unit *u = fake_by_id(job->engine, hooks->unit);
    const struct fake_behaviour *b = u ? fake_behaviour(job->engine, u) : NULL;
    struct stk_error err = { 0 };
    if (b && b->hook_output)
        hooks->said(job, b->hook_output);
    if (b && b->hook_code) {
        stk_hook_failed(&err, u->key, hooks->moment, (int)b->hook_code, b->hook_output);
        fake_job_end(job, &err);
        return;
    }
    hooks->left--;
    ask(job);
}

static void ask(struct fake_job *job)
{
    struct hooks *hooks = job->more;
    const struct fake_unit *u = fake_by_id(job->engine, hooks->unit);
    if (hooks->left && u && u->state == STK_RUNNING)
        fake_ask(job, "exec", u->name, 0, ran);
    else
        hooks->next(job);
}

void fake_hooks(struct fake_job *job, const struct fake_unit *u, const char *config,
                const char *moment, void (*said)(struct fake_job *job, const char *line),
                void (*next)(struct fake_job *job))
{
    json_t *list = stk_hooks_of(u->config ? u->config : config, moment);
    struct hooks *hooks = stk_arena_alloc(job->arena, sizeof(*hooks));
    *hooks = (struct hooks){
        .left = json_array_size(list),
        .unit = stk_arena_strdup(job->arena, u->id),
        .moment = moment,
        .said = said,
        .next = next,
    };
    json_decref(list);
    job->more = hooks;
    ask(job);
}
