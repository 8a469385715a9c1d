/* status_text.c — see status_text.h. */
#include "status_text.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "outcome.h"
#include "ps_text.h"
#include "table.h"
#include "text.h"

enum verdict { READY, RUNS, STARTING, DONE, STOPPED, NOT_READY, ABSENT };

static const struct {
    const char *word; /* for machines, too */
    bool fine;
} verdicts[] = {
    [READY] = { "ready", true },        [RUNS] = { "running", true }, /* no check says more */
    [STARTING] = { "starting", false }, [DONE] = { "done", true },
    [STOPPED] = { "stopped", false },   [NOT_READY] = { "not ready", false },
    [ABSENT] = { "absent", false },
};

bool status_is_open(const struct stk_status *st)
{
    bool outside = st->own_config && strstr(st->own_config, "\"ready\"");
    return st->state == STK_RUNNING && st->health != STK_HEALTH_UNHEALTHY &&
           (st->health == STK_HEALTH_STARTING || outside);
}

static enum verdict judge(const struct stk_status *st, enum status_asked asked)
{
    if (asked != STATUS_NOT_ASKED)
        return asked == STATUS_IS_READY ? READY : STARTING;
    switch (st->state) {
    case STK_RUNNING:
        return st->health == STK_HEALTH_HEALTHY     ? READY
               : st->health == STK_HEALTH_STARTING  ? STARTING
               : st->health == STK_HEALTH_UNHEALTHY ? NOT_READY
                                                    : RUNS;
    case STK_EXITED:
        return st->exit_code == 0 ? DONE : NOT_READY;
    case STK_CREATED:
        return st->error ? NOT_READY : STOPPED;
    case STK_PAUSED:
    case STK_REMOVING:
        return STOPPED;
    case STK_RESTARTING:
    case STK_DEAD:
        return NOT_READY;
    case STK_ABSENT:
    case STK_PRESENT:
        return ABSENT;
    }
    return ABSENT;
}

/* "3 minutes", or "". */
static void put_since(struct stk_buf *out, const struct stk_status *st, int64_t now_ms)
{
    bool runs = st->state == STK_RUNNING || st->state == STK_PAUSED;
    int64_t since = runs ? st->started_ms : st->finished_ms ? st->finished_ms : st->created_ms;
    if (since && now_ms >= since)
        stk_format_age(out, (now_ms - since) / 1000);
}

/* What went wrong last, on one line; or nothing. Once it is ready the engine's last probe is old. */
static void put_error(struct stk_buf *out, const struct stk_status *st, bool ready)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf words;
    stk_buf_init(&words, STK_MIB);
    struct stk_outcome outcome = stk_outcome_of(st);
    bool failed =
        outcome.end != STK_END_NONE && (outcome.end != STK_END_EXITED || outcome.exit_code);
    if (st->state == STK_RUNNING && st->health != STK_HEALTH_HEALTHY && !ready &&
        st->probe_output && st->probe_exit)
        stk_buf_puts(&words, st->probe_output);
    else if (st->state != STK_RUNNING && st->error && *st->error)
        stk_buf_puts(&words, st->error);
    else if (st->state != STK_RUNNING && failed)
        stk_outcome_text(&words, &outcome);
    if (words.size)
        stk_buf_add(out, words.bytes, strcspn(words.bytes, "\r\n"));
}

static enum status_asked asked_of(const struct stack_status *status, size_t i)
{
    return status->asked ? status->asked[i] : STATUS_NOT_ASKED;
}

struct drawing {
    const struct stack_status *status;
    struct table table;
    bool *shown;       /* by service of the spec */
    char margin[1024]; /* of the lines below */
};

static void add_row(struct drawing *d, const char *lead, const char *name,
                    const struct stk_status *st, enum status_asked asked, bool numbered)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf since, ports, error;
    static const struct stk_status absent = { .state = STK_ABSENT };
    stk_buf_init(&since, STK_KIB);
    stk_buf_init(&ports, STK_MIB);
    stk_buf_init(&error, STK_MIB);
    st = st ? st : &absent;
    STK_CLEANUP(stk_charp)
    char *first = numbered ? stk_printf("%s%s %u", lead, name, st->ref.index)
                           : stk_printf("%s%s", lead, name);
    STK_CLEANUP(stk_charp) char *restarts = stk_printf("%u", st->restarts);
    put_since(&since, st, d->status->now_ms);
    ps_ports(&ports, st);
    put_error(&error, st, asked == STATUS_IS_READY);
    const char *cells[] = { first,       verdicts[judge(st, asked)].word,
                            since.bytes, st->state == STK_ABSENT ? "" : restarts,
                            ports.bytes, error.bytes };
    for (size_t i = 0; i < STK_LEN(cells); i++)
        table_add(&d->table, cells[i]);
}

static size_t count_of(const struct stack_status *status, const char *service)
{
    size_t n = 0;
    for (size_t i = 0; i < status->n; i++)
        n += stk_streq(status->v[i]->ref.name, service);
    return n;
}

static void add_instances(struct drawing *d, const char *lead, const char *service)
{
    size_t n = count_of(d->status, service);
    if (n == 0)
        add_row(d, lead, service, NULL, STATUS_NOT_ASKED, false);
    for (size_t i = 0; i < d->status->n; i++)
        if (stk_streq(d->status->v[i]->ref.name, service))
            add_row(d, lead, service, d->status->v[i], asked_of(d->status, i), n > 1);
}

/* A service, then what it needs below it; what stands there already is not said twice. */
static void add_tree(struct drawing *d, const char *lead, const struct stk_service *service)
{
    const struct stk_spec *spec = d->status->spec;
    size_t at = strlen(d->margin);
    d->shown[service - spec->services] = true;
    add_instances(d, lead, service->name);
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_service *on = stk_spec_service(spec, service->depends_on[i].service);
        if (!on || d->shown[on - spec->services] || at + 16 >= sizeof(d->margin))
            continue;
        bool last = true;
        for (size_t k = i + 1; k < service->n_depends_on; k++) {
            const struct stk_service *next = stk_spec_service(spec, service->depends_on[k].service);
            last &= !next || d->shown[next - spec->services] || next == on;
        }
        STK_CLEANUP(stk_charp) char *branch = stk_printf("%s%s ", d->margin, last ? "└─" : "├─");
        strcpy(d->margin + at, last ? "   " : "│  ");
        add_tree(d, branch, on);
        d->margin[at] = '\0';
    }
}

static bool is_needed(const struct stk_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < spec->services[i].n_depends_on; k++)
            if (stk_streq(spec->services[i].depends_on[k].service, name))
                return true;
    return false;
}

/* What the file has not, or all without a file. */
static void add_others(struct drawing *d)
{
    const struct stack_status *status = d->status;
    for (size_t i = 0; i < status->n; i++) {
        const char *name = status->v[i]->ref.name;
        bool before = i && stk_streq(status->v[i - 1]->ref.name, name);
        if (!before && (!status->spec || !stk_spec_service(status->spec, name)))
            add_instances(d, "", name);
    }
}

char *status_text(const struct stack_status *status)
{
    static const char *const heads[] = { "SERVICE",  "STATE", "SINCE",
                                         "RESTARTS", "PORTS", "LAST ERROR" };
    const struct stk_spec *spec = status->spec;
    struct drawing d = { .status = status, .table = { .columns = STK_LEN(heads) } };
    d.shown = stk_alloc(((spec ? spec->n_services : 0) + 1) * sizeof(*d.shown));
    for (size_t i = 0; i < STK_LEN(heads); i++)
        table_add(&d.table, heads[i]);
    for (size_t i = 0; spec && i < spec->n_services; i++)
        if (!is_needed(spec, spec->services[i].name))
            add_tree(&d, "", &spec->services[i]);
    add_others(&d);
    char *text = table_text(&d.table);
    table_clear(&d.table);
    free(d.shown);
    return text;
}

static json_t *instance_json(const struct stk_status *st, const char *service,
                             enum status_asked asked)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf error;
    enum verdict verdict = judge(st, asked);
    int64_t since = st->state == STK_RUNNING ? st->started_ms : st->finished_ms;
    json_t *object = json_object(), *ports = json_array();
    stk_buf_init(&error, STK_MIB);
    put_error(&error, st, asked == STATUS_IS_READY);
    json_object_set_new(object, "service", stk_json_text_of(service));
    json_object_set_new(object, "instance", json_integer(st->ref.index));
    json_object_set_new(object, "container", stk_json_text_of(st->name));
    json_object_set_new(object, "state", json_string(stk_state_name(st->state)));
    json_object_set_new(object, "health", json_string(stk_health_name(st->health)));
    json_object_set_new(object, "verdict", json_string(verdicts[verdict].word));
    json_object_set_new(object, "ready", json_boolean(verdicts[verdict].fine));
    json_object_set_new(object, "since_ms", since ? json_integer(since) : json_null());
    json_object_set_new(object, "restarts", json_integer(st->restarts));
    for (size_t i = 0; i < st->n_ports; i++) {
        json_t *port = json_object();
        json_object_set_new(port, "target", json_integer(st->ports[i].target));
        json_object_set_new(port, "published", json_integer(st->ports[i].published));
        json_object_set_new(port, "host_ip", stk_json_text_of(st->ports[i].host_ip));
        json_object_set_new(port, "protocol", stk_json_text_of(st->ports[i].protocol));
        json_array_append_new(ports, port);
    }
    json_object_set_new(object, "ports", ports);
    json_object_set_new(object, "last_error", stk_json_text_of(error.size ? error.bytes : NULL));
    return object;
}

json_t *status_json(const struct stack_status *status)
{
    static const struct stk_status absent = { .state = STK_ABSENT };
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < status->n; i++)
        json_array_append_new(
            list, instance_json(status->v[i], status->v[i]->ref.name, asked_of(status, i)));
    for (size_t i = 0; status->spec && i < status->spec->n_services; i++)
        if (!count_of(status, status->spec->services[i].name))
            json_array_append_new(
                list, instance_json(&absent, status->spec->services[i].name, STATUS_NOT_ASKED));
    json_object_set_new(object, "project", stk_json_text_of(status->project));
    json_object_set_new(object, "ready", json_boolean(status_is_ready(status)));
    json_object_set_new(object, "instances", list);
    return object;
}

bool status_is_ready(const struct stack_status *status)
{
    for (size_t i = 0; i < status->n; i++)
        if (!verdicts[judge(status->v[i], asked_of(status, i))].fine)
            return false;
    for (size_t i = 0; status->spec && i < status->spec->n_services; i++)
        if (!count_of(status, status->spec->services[i].name) && status->spec->services[i].replicas)
            return false;
    return status->n > 0;
}
