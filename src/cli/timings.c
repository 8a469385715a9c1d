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

/* Of gates only those that had everything wait are of interest. */
static bool was_done(const struct stk_reconcile_req *req, size_t i)
{
    enum stk_verb verb = req->plan->v[i].verb;
    bool passing = verb == STK_KEEP || (verb == STK_GATE && spent(req, i) == 0);
    return !passing && req->timings[i].ended_ms > 0;
}

/* Looking at the engine comes before all: until the first action began. */
static int64_t looked_ms(const struct stk_reconcile_req *req)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < req->plan->n; i++)
        if (was_done(req, i) && req->timings[i].began_ms < first)
            first = req->timings[i].began_ms;
    return first == INT64_MAX ? 0 : first;
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
    case STK_MAKE:
        return "create";
    case STK_START:
    case STK_RECREATE:
    case STK_RESTART:
    case STK_STOP:
    case STK_KILL:
    case STK_REMOVE:
    case STK_KEEP:
    case STK_ROLL_BACK:
        break;
    case STK_GATE:
        return "pause";
    }
    return stk_verb_word(action->verb);
}

static void add_seconds(struct stk_buf *out, int64_t ms)
{
    stk_buf_printf(out, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

static const char looked_at[] = "the engine";

static void add_look(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    stk_buf_printf(out, "  %8.3f  %-8s %s  ", 0.0, "look", looked_at);
    add_seconds(out, looked_ms(req));
    stk_buf_putc(out, '\n');
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

/* Of what an action came after, that which ended last. */
static size_t last_before(const struct stk_reconcile_req *req, size_t i)
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

/* What an action waited for: the last that it came after; or, when it might have begun then already, what
 * ended right before it began: a pull, or one that made room within the limit. Itself: nothing. */
static size_t held_up_by(const struct stk_reconcile_req *req, size_t i)
{
    const struct stk_timing *timing = req->timings;
    size_t latest = last_before(req, i);
    for (size_t k = 0; k < req->plan->n; k++) {
        bool earlier = was_done(req, k) && timing[k].began_ms < timing[i].began_ms &&
                       timing[k].ended_ms <= timing[i].began_ms;
        if (earlier && (latest == i || timing[k].ended_ms > timing[latest].ended_ms))
            latest = k;
    }
    return latest;
}

static void add_critical_path(struct stk_buf *out, const struct stk_reconcile_req *req, size_t last)
{
    size_t n = 0, *path = stk_alloc((req->plan->n + 1) * sizeof(*path));
    int64_t sum = looked_ms(req);
    for (size_t at = last;; at = held_up_by(req, at)) {
        path[n++] = at;
        sum += spent(req, at);
        if (held_up_by(req, at) == at)
            break;
    }
    stk_buf_puts(out, "Critical path, ");
    add_seconds(out, sum);
    stk_buf_puts(out, ":\n");
    add_look(out, req);
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

static void add_text(struct stk_buf *out, const struct stk_reconcile_req *req)
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
        add_look(out, req);
    }
    for (size_t i = 0; i < n; i++)
        add_action(out, req, done[i].i);
    if (n)
        add_critical_path(out, req, last);
    free(done);
}

struct traced {
    const char *stage, *verb, *name;
    int64_t began_ms, spent_ms;
};

static json_t *event_json(const char *project, const struct traced *it)
{
    json_t *event = json_object();
    json_object_set_new(event, "name", json_string(it->stage));
    json_object_set_new(event, "cat", json_string(it->verb));
    json_object_set_new(event, "ph", json_string("X"));
    json_object_set_new(event, "ts", json_integer(it->began_ms * 1000));
    json_object_set_new(event, "dur", json_integer(it->spent_ms * 1000));
    json_object_set_new(event, "pid", json_string(project));
    json_object_set_new(event, "tid", json_string_nocheck(it->name));
    return event;
}

static json_t *action_json(const struct stk_reconcile_req *req, size_t i)
{
    const struct stk_action *action = &req->plan->v[i];
    return event_json(req->plan->project,
                      &(struct traced){ stage_of(action), stk_verb_word(action->verb), action->name,
                                        req->timings[i].began_ms, spent(req, i) });
}

static void add_trace(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    json_t *events = json_array();
    for (size_t i = 0; req->timings && i < req->plan->n; i++)
        if (was_done(req, i))
            json_array_append_new(events, action_json(req, i));
    if (json_array_size(events))
        json_array_insert_new(
            events, 0,
            event_json(req->plan->project,
                       &(struct traced){ "look", "look", looked_at, 0, looked_ms(req) }));
    char *text = json_dumps(events, JSON_INDENT(1));
    json_decref(events);
    stk_buf_puts(out, text ? text : "[]");
    stk_buf_putc(out, '\n');
    free(text);
}

/* ---- images that came first ---- */

/* One plan of all that was done. */
struct whole {
    struct stk_plan plan;
    struct stk_timing *timings;
    struct stk_reconcile_req req;
};

/* The images stand behind the rest, so that only what they come after has other numbers. */
static void add_images(struct whole *whole, const struct stk_earlier *images)
{
    size_t first = whole->plan.n;
    for (size_t i = 0; i < images->plan->n; i++) {
        struct stk_action *action = &whole->plan.v[first + i];
        *action = images->plan->v[i];
        action->after = stk_alloc((action->n_after + 1) * sizeof(*action->after));
        for (size_t k = 0; k < action->n_after; k++) {
            action->after[k] = images->plan->v[i].after[k];
            action->after[k].action += (unsigned)first;
        }
        whole->timings[first + i] = images->timings[i];
    }
    whole->plan.n += images->plan->n;
}

static void whole_make(struct whole *whole, const struct stk_reconcile_req *req)
{
    const struct stk_plan *rest = req->plan;
    size_t n = req->timings ? rest->n : 0, more = req->images.plan ? req->images.plan->n : 0;
    *whole = (struct whole){ .plan = { .project = rest->project, .n = n } };
    whole->plan.v = stk_alloc((n + more + 1) * sizeof(*whole->plan.v));
    whole->timings = stk_alloc((n + more + 1) * sizeof(*whole->timings));
    for (size_t i = 0; i < n; i++) {
        whole->plan.v[i] = rest->v[i];
        whole->timings[i] = req->timings[i];
    }
    if (more && req->images.timings)
        add_images(whole, &req->images);
    whole->req = (struct stk_reconcile_req){ .plan = &whole->plan, .timings = whole->timings };
}

static void whole_clear(struct whole *whole, const struct stk_reconcile_req *req)
{
    for (size_t i = req->timings ? req->plan->n : 0; i < whole->plan.n; i++)
        free(whole->plan.v[i].after);
    free(whole->plan.v);
    free(whole->timings);
}

void stk_timings_text(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    struct whole whole;
    whole_make(&whole, req);
    add_text(out, &whole.req);
    whole_clear(&whole, req);
}

void stk_timings_trace(struct stk_buf *out, const struct stk_reconcile_req *req)
{
    struct whole whole;
    whole_make(&whole, req);
    add_trace(out, &whole.req);
    whole_clear(&whole, req);
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
