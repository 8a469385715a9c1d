/* timings.c — reads the plan and when each of its actions began and ended. */
#include "timings.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

enum { OUT_MAX = 16 * 1024 * 1024 };

static int64_t spent(const struct stk_reconcile_req *req, size_t i)
{
    return req->timings[i].ended_ms - req->timings[i].began_ms;
}

static bool was_done(const struct stk_reconcile_req *req, size_t i)
{
    enum stk_verb verb = req->plan->v[i].verb;
    return verb != STK_KEEP && verb != STK_GATE && req->timings[i].ended_ms > 0;
}

/* "pull", "start", "ready": what people call the stages of a unit. */
static const char *stage_of(const struct stk_action *action)
{
    switch (action->verb) {
    case STK_PULL:
        return "pull";
    case STK_BUILD:
        return "build";
    case STK_WAIT:
        return action->until == STK_UNTIL_COMPLETED ? "done" : "ready";
    case STK_CREATE:
        return action->ref.kind == STK_SERVICE && !action->create_only ? "start" : "create";
    case STK_START:
    case STK_RECREATE:
    case STK_RESTART:
    case STK_STOP:
    case STK_KILL:
    case STK_REMOVE:
    case STK_KEEP:
    case STK_ROLL_BACK:
    case STK_GATE:
        break;
    }
    return stk_verb_word(action->verb);
}

static void add_seconds(struct stk_buf *out, int64_t ms)
{
    stk_buf_printf(out, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void add_action(struct stk_buf *out, const struct stk_reconcile_req *req, size_t i)
{
    const struct stk_action *action = &req->plan->v[i];
    stk_buf_printf(out, "  %8.3f  %-8s ", (double)req->timings[i].began_ms / 1000,
                   stage_of(action));
    stk_buf_puts(out, action->name);
    stk_buf_puts(out, "  ");
    add_seconds(out, spent(req, i));
    stk_buf_putc(out, '\n');
}

/* Of what an action came after, that which ended last: it is what the action waited for. */
static size_t held_up_by(const struct stk_reconcile_req *req, size_t i)
{
    const struct stk_action *action = &req->plan->v[i];
    size_t latest = i;
    for (size_t k = 0; k < action->n_after; k++) {
        size_t before = action->after[k].action;
        if (was_done(req, before) &&
            (latest == i || req->timings[before].ended_ms > req->timings[latest].ended_ms))
            latest = before;
    }
    return latest;
}

static void add_critical_path(struct stk_buf *out, const struct stk_reconcile_req *req, size_t last)
{
    size_t n = 0, *path = stk_alloc((req->plan->n + 1) * sizeof(*path));
    int64_t sum = 0;
    for (size_t at = last;; at = held_up_by(req, at)) {
        path[n++] = at;
        sum += spent(req, at);
        if (held_up_by(req, at) == at)
            break;
    }
    stk_buf_puts(out, "Critical path, ");
    add_seconds(out, sum);
    stk_buf_puts(out, ":\n");
    while (n > 0)
        add_action(out, req, path[--n]);
    free(path);
}

struct order {
    const struct stk_reconcile_req *req;
    size_t i;
};

static int by_begin(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    int64_t left = x->req->timings[x->i].began_ms, right = y->req->timings[y->i].began_ms;
    if (left != right)
        return left < right ? -1 : 1;
    return x->i < y->i ? -1 : 1;
}

void stk_timings_text(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    struct order *done = stk_alloc((req->plan->n + 1) * sizeof(*done));
    size_t n = 0, last = 0;
    for (size_t i = 0; req->timings && i < req->plan->n; i++) {
        if (!was_done(req, i))
            continue;
        if (n == 0 || req->timings[i].ended_ms > req->timings[last].ended_ms)
            last = i;
        done[n++] = (struct order){ req, i };
    }
    qsort(done, n, sizeof(*done), by_begin);
    if (n) {
        stk_buf_puts(out, "Timings, ");
        add_seconds(out, req->timings[last].ended_ms);
        stk_buf_puts(out, " in all:\n");
    }
    for (size_t i = 0; i < n; i++)
        add_action(out, req, done[i].i);
    if (n)
        add_critical_path(out, req, last);
    free(done);
}

static json_t *event_json(const struct stk_reconcile_req *req, size_t i)
{
    const struct stk_action *action = &req->plan->v[i];
    json_t *event = json_object();
    json_object_set_new(event, "name", json_string(stage_of(action)));
    json_object_set_new(event, "cat", json_string(stk_verb_word(action->verb)));
    json_object_set_new(event, "ph", json_string("X"));
    json_object_set_new(event, "ts", json_integer(req->timings[i].began_ms * 1000));
    json_object_set_new(event, "dur", json_integer(spent(req, i) * 1000));
    json_object_set_new(event, "pid", json_string(req->plan->project));
    json_object_set_new(event, "tid", json_string_nocheck(action->name));
    return event;
}

void stk_timings_trace(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    json_t *events = json_array();
    for (size_t i = 0; req->timings && i < req->plan->n; i++)
        if (was_done(req, i))
            json_array_append_new(events, event_json(req, i));
    char *text = json_dumps(events, JSON_INDENT(1));
    json_decref(events);
    stk_buf_puts(out, text ? text : "[]");
    stk_buf_putc(out, '\n');
    free(text);
}

static int write_trace(const struct cli *cli, const struct stk_buf *text)
{
    FILE *f = fopen(cli->o.trace, "we");
    bool ok = f && fwrite(text->bytes, 1, text->size, f) == text->size;
    int why = errno;
    if (f && fclose(f) != 0) {
        why = errno;
        ok = false;
    }
    if (ok)
        return 0;
    struct stk_error err = { 0 };
    stk_fail(&err, STK_EFAIL, (struct stk_src){ 0 }, "cannot write '%s': %s", cli->o.trace,
             strerror(why));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

int stk_timings_tell(const struct cli *cli, const struct stk_reconcile_req *req)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, OUT_MAX);
    if (!req->plan)
        return 0;
    if (cli->o.timings) {
        stk_timings_text(&out, req);
        fwrite(out.bytes ? out.bytes : "", 1, out.size, stderr);
        stk_buf_reset(&out);
    }
    if (!cli->o.trace)
        return 0;
    stk_timings_trace(&out, req);
    return write_trace(cli, &out);
}
