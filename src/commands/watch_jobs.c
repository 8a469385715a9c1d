/* watch_jobs.c — what a round does in containers: files brought over, signals, commands; in all containers at
 * a time, and each tells what went wrong by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "pick.h"
#include "text.h"
#include "watch_private.h"

static struct watch_job *add(struct watch_run *run, struct watch_rule *rule,
                             const struct stk_status *status)
{
    struct watch_job *job = &run->jobs[run->n_jobs++];
    *job = (struct watch_job){ .run = run, .rule = rule, .status = status };
    return job;
}

static void all_ended(struct watch_run *run)
{
    free(TAKE(run->jobs));
    run->n_jobs = 0;
    watch_next(run);
}

static void ended(struct watch_job *job, struct stk_op *op, const char *what)
{
    struct watch_run *run = job->run;
    if (op->err.code && op->err.code != STK_ECANCELED) {
        stk_wrap(&op->err, "%s '%s'", what, job->status->name);
        watch_report(run, &op->err);
    }
    stk_error_clear(&op->err);
    if (--run->left == 0)
        all_ended(run);
}

static bool is_of(const struct stk_status *status, const struct watch_rule *rule)
{
    return status->ref.kind == STK_SERVICE && !status->oneoff && !stk_status_is_previous(status) &&
           stk_streq(status->ref.name, rule->service->name);
}

/* --- which containers have all that was told --- */

static size_t find_known(const struct watch_run *run, const char *id)
{
    size_t i = 0;
    while (i < run->n_known && !stk_streq(run->known[i], id))
        i++;
    return i;
}

static void set_known(struct watch_run *run, const char *id, bool known)
{
    size_t i = find_known(run, id);
    if (known && i == run->n_known) {
        run->known = stk_grow(run->known, run->n_known, &run->cap_known, sizeof(*run->known));
        run->known[run->n_known++] = stk_strdup(id);
    } else if (!known && i < run->n_known) {
        free(run->known[i]);
        run->known[i] = run->known[--run->n_known];
    }
}

/* --- sync --- */

static void synced(struct stk_op *op)
{
    static const enum stk_file_type types[] = {
        [STK_SYNC_NOTHING] = STK_FILE_NONE,
        [STK_SYNC_FILE] = STK_FILE_REGULAR,
        [STK_SYNC_LINK] = STK_FILE_LINK,
        [STK_SYNC_FOLDER] = STK_FILE_FOLDER,
    };
    struct watch_job *job = op->data;
    struct stk_sync_req *req = &job->req.sync;
    for (size_t i = 0; i < req->n && !op->err.code; i++)
        stk_tree_found(job->rule->tree, req->items[i].rel, types[req->items[i].found]);
    if (req->cannot_remove)
        stk_warn("what was deleted stays in '%s': its rm cannot be run, or failed: %s",
                 job->status->name, req->cannot_remove);
    if (req->cannot_read)
        stk_warn("%s:%u: not copied to '%s': cannot read %s", job->rule->spec->src.file,
                 job->rule->spec->src.line, job->status->name, req->cannot_read);
    set_known(job->run, job->status->ref.id, op->err.code == STK_OK);
    free(TAKE(req->cannot_remove));
    free(TAKE(req->cannot_read));
    watch_changes_free(job->changes, req->n);
    free(TAKE(job->items));
    ended(job, op, "copying to");
}

struct gather { /* what a container may lack */
    struct watch_job *job;
    size_t cap;
    int64_t since_ms; /* INT64_MIN: everything */
};

static void gather_one(void *data, const char *rel, bool folder)
{
    struct gather *gather = data;
    struct watch_job *job = gather->job;
    struct stat st;
    STK_CLEANUP(stk_charp)
    char *path = stk_printf("%s%s%s", job->rule->spec->path, *rel ? "/" : "", rel);
    (void)folder;
    if (lstat(path, &st) != 0 ||
        (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / STK_NS_PER_MS < gather->since_ms)
        return;
    job->changes = stk_grow(job->changes, job->req.sync.n, &gather->cap, sizeof(*job->changes));
    job->changes[job->req.sync.n++] = (struct watch_change){ .rel = stk_strdup(rel) };
}

/* It may be in its image, or have been copied in an earlier run. */
static void gather_gone(struct gather *gather, const char *rel)
{
    struct watch_job *job = gather->job;
    if (!watch_is_gone(job->rule, rel))
        return;
    job->changes = stk_grow(job->changes, job->req.sync.n, &gather->cap, sizeof(*job->changes));
    job->changes[job->req.sync.n++] =
        (struct watch_change){ .rel = stk_strdup(rel), .removed = true };
}

static void gather_due(struct watch_job *job, const struct watch_due *due)
{
    job->changes = stk_alloc((due->n + 1) * sizeof(*job->changes));
    job->req.sync.n = due->n;
    for (size_t i = 0; i < due->n; i++)
        job->changes[i] =
            (struct watch_change){ stk_strdup(due->changes[i].rel), due->changes[i].removed };
}

/* A container that is met for the first time lacks what is newer than itself; one that took its place
 * meanwhile, what is newer than the first ones. */
static void gather_new(struct watch_job *job)
{
    struct watch_run *run = job->run;
    struct gather gather = { .job = job, .since_ms = run->base_ms };
    if (run->catch_up)
        gather.since_ms = job->status->created_ms;
    if (job->rule->spec->initial_sync.set && job->rule->spec->initial_sync.v)
        gather.since_ms = INT64_MIN;
    stk_tree_each(job->rule->tree, gather_one, &gather);
    for (size_t i = 0; i < job->rule->n_gone; i++)
        gather_gone(&gather, job->rule->gone[i]);
    if (job->req.sync.n)
        job->req.sync.n = watch_changes_sort(job->changes, job->req.sync.n);
}

static void gather(struct watch_job *job, const struct watch_due *due)
{
    struct stk_sync_req *req = &job->req.sync;
    if (find_known(job->run, job->status->ref.id) < job->run->n_known)
        gather_due(job, due);
    else
        gather_new(job);
    job->items = stk_alloc((req->n + 1) * sizeof(*job->items));
    for (size_t i = 0; i < req->n; i++)
        job->items[i] = (struct stk_sync_item){ .rel = job->changes[i].rel,
                                                .removed = job->changes[i].removed };
}

static void begin_sync(struct watch_job *job, const struct watch_due *due)
{
    struct stk_sync_req *req = &job->req.sync;
    const char *target = job->rule->spec->target;
    gather(job, due);
    if (req->n)
        watch_say("Syncing service \"%s\" after %zu changes were detected",
                  job->rule->service->name, req->n);
    req->op = (struct stk_op){ .done = synced, .data = job };
    req->id = job->status->ref.id;
    req->from = job->rule->spec->path;
    req->to = target;
    req->items = job->items;
    stk_docker_sync(job->run->cli->docker, req);
}

static void note_base(struct watch_run *run)
{
    for (size_t i = 0; run->catch_up && i < run->n_jobs; i++) {
        int64_t created = run->jobs[i].status->created_ms;
        if (run->base_ms == 0 || created < run->base_ms)
            run->base_ms = created;
    }
}

/* --- beginning them --- */

static bool is_due(const struct watch_run *run, size_t rule, const struct stk_status *status,
                   unsigned what)
{
    const struct watch_rule *it = &run->rules.v[rule];
    if (!(it->what & what) || !is_of(status, it))
        return false;
    if (what == DO_SYNC)
        return run->due[rule].due || find_known(run, status->ref.id) == run->n_known;
    return run->due[rule].due && pick_is_up(status);
}

static bool prepare(struct watch_run *run, unsigned what)
{
    size_t seen = run->seen ? run->seen->n : 0;
    run->n_jobs = 0;
    run->jobs = stk_alloc((run->n_due * seen + 1) * sizeof(*run->jobs));
    for (size_t i = 0; i < run->n_due; i++)
        for (size_t k = 0; k < seen; k++)
            if (is_due(run, i, &run->seen->v[k], what))
                add(run, &run->rules.v[i], &run->seen->v[k]);
    run->left = run->n_jobs;
    if (run->n_jobs == 0)
        free(TAKE(run->jobs));
    return run->n_jobs > 0;
}

bool watch_sync(struct watch_run *run)
{
    bool any = prepare(run, DO_SYNC);
    note_base(run);
    for (size_t i = 0; i < run->n_jobs; i++)
        begin_sync(&run->jobs[i], &run->due[run->jobs[i].rule - run->rules.v]);
    return any;
}

static void signalled(struct stk_op *op)
{
    ended(op->data, op, "signalling");
}

bool watch_signal(struct watch_run *run)
{
    bool any = prepare(run, DO_SIGNAL);
    for (size_t i = 0; i < run->n_jobs; i++) {
        struct watch_job *job = &run->jobs[i];
        watch_say("Sending %s to %s after changes were detected", job->rule->spec->signal,
                  job->status->name);
        job->req.control = (struct stk_control_req){ .op = { .done = signalled, .data = job },
                                                     .id = job->status->ref.id,
                                                     .what = STK_CONTROL_SIGNAL,
                                                     .signal = job->rule->signal };
        stk_docker_control(run->cli->docker, &job->req.control);
    }
    return any;
}

static void said(struct stk_command_req *req, const char *bytes, size_t size)
{
    (void)req;
    fwrite(bytes, 1, size, stdout);
    fflush(stdout);
}

static void ran(struct stk_op *op)
{
    struct watch_job *job = op->data;
    if (!op->err.code && job->req.command.exit_code)
        stk_warn("'%s' in '%s' exited with status %d", job->rule->spec->exec.command.v[0],
                 job->status->name, job->req.command.exit_code);
    ended(job, op, "running a command in");
}

bool watch_exec(struct watch_run *run)
{
    bool any = prepare(run, DO_EXEC);
    for (size_t i = 0; i < run->n_jobs; i++) {
        struct watch_job *job = &run->jobs[i];
        watch_say("Running a command in %s after changes were detected", job->status->name);
        job->req.command = (struct stk_command_req){ .op = { .done = ran, .data = job },
                                                     .id = job->status->ref.id,
                                                     .what = &job->rule->spec->exec,
                                                     .said = said };
        stk_docker_command(run->cli->docker, &job->req.command);
    }
    return any;
}

void watch_jobs_cancel(struct watch_run *run)
{
    enum watch_step step = (enum watch_step)run->step;
    for (size_t i = 0; i < run->n_jobs; i++)
        stk_op_cancel(step == WATCH_SYNC     ? &run->jobs[i].req.sync.op
                      : step == WATCH_SIGNAL ? &run->jobs[i].req.control.op
                                             : &run->jobs[i].req.command.op);
}
