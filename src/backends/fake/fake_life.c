/* fake_life.c — what a running container does by itself: it prints, is checked, ends, is restarted. All
 * of it follows from the time of its start and its script, so that a clock that jumps loses nothing. */
#include <string.h>

#include "arena.h"
#include "text.h"

#include "fake_engine.h"

/* As Docker does it: 100 ms, doubled up to a minute, from the start again after 10 s of life. */
#define FIRST_BACKOFF (100 * STK_NS_PER_MS)
#define LAST_BACKOFF  (60 * STK_NS_PER_S)
#define LONG_LIFE     (10 * STK_NS_PER_S)
enum { DEFAULT_HEALTHY_MS = 10, KILLED = 137 };

static const struct fake_step default_health = { DEFAULT_HEALTHY_MS, STK_HEALTH_HEALTHY };

static const struct fake_step *step_at(const struct fake_behaviour *b, int64_t i)
{
    if (!b || !b->health)
        return i == 0 ? &default_health : NULL;
    return i < (int64_t)b->n_health ? &b->health[i] : NULL;
}

/* What can happen to a container, in the order of what happens at one moment. */
enum happening { LINE, STEP, END, AGAIN, HAPPENINGS };

static int64_t after(const struct fake_unit *u, int64_t ms)
{
    return u->started + ms * STK_NS_PER_MS;
}

static int64_t end_at(const struct fake_unit *u, const struct fake_behaviour *b)
{
    int64_t at = u->stop_at ? u->stop_at : FAKE_NEVER;
    if (b && b->exits && (!b->runs || u->runs <= b->runs) && after(u, b->exit_ms) < at)
        at = after(u, b->exit_ms);
    return at;
}

static void due_times(const struct fake_engine *e, const struct fake_unit *u,
                      int64_t due[HAPPENINGS])
{
    const struct fake_behaviour *b = fake_behaviour(e, u);
    for (int i = 0; i < HAPPENINGS; i++)
        due[i] = FAKE_NEVER;
    if (u->kind != STK_SERVICE)
        return;
    if (u->state == STK_RESTARTING)
        due[AGAIN] = u->restart_at;
    if (u->state != STK_RUNNING)
        return;
    if (b && u->next_line < (int64_t)b->n_logs)
        due[LINE] = after(u, b->logs[u->next_line].ms);
    const struct fake_step *step = u->has_check ? step_at(b, u->next_step) : NULL;
    if (step)
        due[STEP] = after(u, step->ms);
    due[END] = end_at(u, b);
}

static enum happening first_of(const int64_t due[HAPPENINGS])
{
    enum happening first = LINE;
    for (enum happening h = STEP; h < HAPPENINGS; h++)
        if (due[h] < due[first])
            first = h;
    return first;
}

static void print_part(struct fake_engine *e, struct fake_unit *u, const char *text, size_t n,
                       bool is_stderr)
{
    e->last_stamp = e->clock > e->last_stamp ? e->clock : e->last_stamp + 1;
    u->logs = stk_grow(u->logs, u->n_logs, &u->cap_logs, sizeof(*u->logs));
    u->logs[u->n_logs++] = (struct fake_log){ .at = e->last_stamp,
                                              .text = stk_arena_strndup(u->arena, text, n),
                                              .is_stderr = is_stderr };
}

static void print_lines(struct fake_engine *e, struct fake_unit *u, const struct fake_line *line)
{
    for (const char *text = line->text; text && *text;) {
        size_t n = strcspn(text, "\n");
        n += text[n] == '\n';
        print_part(e, u, text, n, line->is_stderr);
        text += n;
    }
}

void fake_life_start(struct fake_engine *e, struct fake_unit *u)
{
    u->state = STK_RUNNING;
    u->health = u->has_check ? STK_HEALTH_STARTING : STK_HEALTH_NONE;
    u->started = e->clock;
    u->finished = 0;
    u->exit_code = 0;
    u->oom = u->by_hand = false;
    u->error = NULL;
    u->stop_at = u->restart_at = u->next_step = u->next_line = 0;
    u->runs++;
    e->changed = true;
}

void fake_life_stop(struct fake_engine *e, struct fake_unit *u, int64_t grace_ms, bool kill)
{
    const struct fake_behaviour *b = fake_behaviour(e, u);
    u->by_hand = true;
    e->changed = true;
    if (u->state == STK_RESTARTING) {
        u->state = STK_EXITED;
        u->restart_at = 0;
        return;
    }
    bool patient = !kill && !(b && b->ignores_stop) && (b ? b->stop_ms : 0) < grace_ms;
    int64_t ms = patient ? (b ? b->stop_ms : 0) : kill ? 0 : grace_ms;
    int64_t at = e->clock + ms * STK_NS_PER_MS;
    if (u->stop_at && u->stop_at <= at)
        return; /* an earlier stop gets there first */
    u->stop_at = at;
    u->stop_code = patient ? (b ? b->stop_code : 0) : KILLED;
}

unsigned fake_restarts_most(const struct fake_unit *u)
{
    int64_t n;
    bool counted = u->restart && stk_starts(u->restart, "on-failure:");
    return counted && stk_parse_int(u->restart + 11, &n) && n > 0 ? (unsigned)n : 0;
}

static int64_t restarts_allowed(const struct fake_unit *u)
{
    unsigned most = fake_restarts_most(u);
    if (u->by_hand || !u->restart)
        return 0;
    if (strcmp(u->restart, "always") == 0 || strcmp(u->restart, "unless-stopped") == 0)
        return INT64_MAX;
    if (stk_starts(u->restart, "on-failure"))
        return !u->exit_code && !fake_is_up(u) ? 0 : most ? most : INT64_MAX;
    return 0;
}

bool fake_check_passes(const struct fake_engine *e, const struct fake_unit *u)
{
    const struct fake_behaviour *b = fake_behaviour(e, u);
    return b && b->gets_ready && e->clock >= after(u, b->ready_ms);
}

bool fake_restarts_itself(const struct fake_unit *u)
{
    return u->state == STK_RESTARTING ||
           (u->state == STK_RUNNING && u->restarts < restarts_allowed(u));
}

static int64_t backoff(const struct fake_unit *u)
{
    int64_t wait = FIRST_BACKOFF;
    if (u->finished - u->started >= LONG_LIFE)
        return wait;
    for (int64_t i = 0; i < u->restarts && wait < LAST_BACKOFF; i++)
        wait *= 2;
    return wait < LAST_BACKOFF ? wait : LAST_BACKOFF;
}

void fake_life_end(struct fake_engine *e, struct fake_unit *u, int64_t code, bool oom)
{
    u->state = STK_EXITED;
    u->health = u->has_check ? STK_HEALTH_UNHEALTHY : STK_HEALTH_NONE;
    u->finished = e->clock;
    u->exit_code = code;
    u->oom = oom;
    u->stop_at = 0;
    e->changed = true;
    if (u->restarts >= restarts_allowed(u))
        return;
    u->state = STK_RESTARTING;
    u->restart_at = e->clock + backoff(u);
    u->restarts++; /* as Docker counts: when it is decided, not when it happens */
}

static void end_now(struct fake_engine *e, struct fake_unit *u)
{
    const struct fake_behaviour *b = fake_behaviour(e, u);
    if (u->stop_at && u->stop_at <= e->clock)
        fake_life_end(e, u, u->stop_code, false);
    else if (b->oom || b->signal)
        fake_life_end(e, u, 128 + (b->signal ? b->signal : 9), b->oom);
    else
        fake_life_end(e, u, b->exit_code, false);
}

static void happen(struct fake_engine *e, struct fake_unit *u, enum happening what)
{
    const struct fake_behaviour *b = fake_behaviour(e, u);
    e->changed = true;
    switch (what) {
    case LINE:
        print_lines(e, u, &b->logs[u->next_line++]);
        return;
    case STEP:
        u->health = step_at(b, u->next_step++)->is;
        return;
    case END:
        end_now(e, u);
        return;
    case AGAIN:
        fake_life_start(e, u);
        return;
    case HAPPENINGS:
        return;
    }
}

static int64_t earliest(const struct fake_engine *e, struct fake_unit **ret_unit,
                        enum happening *ret_what)
{
    int64_t first = FAKE_NEVER;
    for (struct fake_unit *u = e->units; u; u = u->next) {
        int64_t due[HAPPENINGS];
        due_times(e, u, due);
        enum happening what = first_of(due);
        if (due[what] >= first)
            continue;
        first = due[what];
        *ret_unit = u;
        *ret_what = what;
    }
    return first;
}

bool fake_live(struct fake_engine *e, int64_t now)
{
    struct fake_unit *u = NULL;
    enum happening what = HAPPENINGS;
    int64_t at = earliest(e, &u, &what);
    if (at > now || at == FAKE_NEVER)
        return false;
    if (at > e->clock)
        e->clock = at;
    happen(e, u, what);
    return true;
}

int64_t fake_life_due(const struct fake_engine *e)
{
    struct fake_unit *u;
    enum happening what;
    return earliest(e, &u, &what);
}
