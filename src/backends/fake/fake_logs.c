/* fake_logs.c — the operation logs: what a container printed, from where it was asked for. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_engine.h"

struct reading {
    size_t next;
    int64_t since, until; /* ns, both inclusive */
};

static int64_t fraction_ns(const char *s)
{
    int64_t ns = 0, unit = STK_NS_PER_S / 10;
    s = strchr(s, '.');
    for (s = s ? s + 1 : ""; *s >= '0' && *s <= '9'; s++, unit /= 10)
        ns += (*s - '0') * unit;
    return ns;
}

/* RFC 3339, or seconds since 1970 with a fraction. */
static int64_t parse_time(const char *s, int64_t otherwise)
{
    if (!s || !*s)
        return otherwise;
    int64_t whole = strchr(s, 'T') ? stk_parse_rfc3339_ms(s) / 1000 : strtoll(s, NULL, 10);
    return whole * STK_NS_PER_S + fraction_ns(s);
}

/* False: nobody wants more. */
static bool pass_on(struct fake_job *job, const struct fake_log *log)
{
    struct stk_logs_req *req = job->req;
    char timestamp[40];
    fake_timestamp(log->at, timestamp);
    struct stk_log_chunk chunk = { .is_stderr = log->is_stderr,
                                   .timestamp = timestamp,
                                   .bytes = log->text,
                                   .size = strlen(log->text) };
    req->chunk(req, &chunk);
    return !job->canceled;
}

static void read_on(struct fake_job *job)
{
    struct stk_logs_req *req = job->req;
    struct reading *reading = job->more;
    const struct fake_unit *u = fake_by_id(job->engine, job->unit);
    while (u && reading->next < u->n_logs && u->logs[reading->next].at <= reading->until) {
        const struct fake_log *log = &u->logs[reading->next++];
        if (log->at >= reading->since && !pass_on(job, log))
            return;
    }
    bool more_may_come = u && fake_is_up(u) && job->engine->clock < reading->until;
    int64_t left = reading->until == FAKE_NEVER
                       ? 0
                       : (reading->until - job->engine->clock) / STK_NS_PER_MS + 1;
    if (req->follow && more_may_come)
        fake_watch(job, (unsigned)left, read_on);
    else
        fake_job_end(job, NULL);
}

static void begin_reading(struct fake_job *job)
{
    struct fake_engine *e = job->engine;
    struct stk_logs_req *req = job->req;
    const struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    if (!u) {
        struct stk_error err = { 0 };
        stk_fail(&err, STK_EABSENT, (struct stk_src){ 0 }, "there is no such container");
        fake_job_end(job, &err);
        return;
    }
    struct reading *reading = stk_arena_alloc(job->arena, sizeof(*reading));
    reading->since = parse_time(req->since, 0);
    reading->until = parse_time(req->until, FAKE_NEVER);
    if (req->tail.set && (size_t)req->tail.v < u->n_logs)
        reading->next = u->n_logs - (size_t)req->tail.v;
    job->unit = stk_arena_strdup(job->arena, u->id);
    job->more = reading;
    read_on(job);
}

void fake_logs(void *self, struct stk_logs_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    const struct fake_unit *u = fake_by_ref(e, e->opts->project, &req->ref);
    fake_ask(job, "logs",
             u               ? u->name
             : req->ref.name ? req->ref.name
                             : req->ref.id,
             0, begin_reading);
}
