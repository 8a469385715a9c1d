/* diff.c — diff: what the engine has and what the file says, field by field. Only reads; what `up` would
 * do about it is plan. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "goal.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

enum { DIFFERS = 10 };

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "text or json", "text|json" },
    { "json", 0, OPT_FLAG, AT(json), NULL, "The same as --format json" },
    { "exit-code", 0, OPT_FLAG, AT(exit_code), NULL, "Exit 10 when something differs" },
    { "no-color", 0, OPT_FLAG, AT(no_color), NULL, "No colours" },
    { 0 },
};

/* One unit that is not as the file says. */
struct differing {
    const struct stk_ref *ref;
    const char *name;
    const char *whole; /* "missing", "extra"; NULL: there, with differences */
    const struct stk_status *seen;
    const struct stk_unit *unit;
};

struct diff {
    struct cli *cli;
    const struct stk_seen *seen;
    struct differing *v;
    size_t n, compared, differences;
};

/* ---- gathering ---- */

static void add(struct diff *d, struct differing differing)
{
    d->v[d->n++] = differing;
    d->differences += differing.whole ? 1 : differing.seen->n_drift;
}

/* With services named, only what belongs to them. */
static bool is_asked_for(const struct diff *d, const struct stk_ref *ref)
{
    return ref->kind == STK_SERVICE ? stk_is_named(d->cli, ref->name) : d->cli->args.n == 0;
}

static void compare_unit(struct diff *d, const struct stk_unit *unit)
{
    const struct stk_status *seen = stk_seen_find(d->seen, unit->ref);
    bool there = seen && seen->state != STK_ABSENT;
    if (unit->ref.kind == STK_IMAGE || !is_asked_for(d, &unit->ref))
        return;
    d->compared++;
    if (!there)
        add(d, (struct differing){ &unit->ref, unit->name, "missing", NULL, unit });
    else if (seen->n_drift)
        add(d, (struct differing){ &unit->ref, seen->name, NULL, seen, unit });
}

static bool is_disabled(const struct stk_spec *spec, const char *service)
{
    for (size_t i = 0; i < spec->disabled.n; i++)
        if (strcmp(spec->disabled.v[i], service) == 0)
            return true;
    return false;
}

/* A container that the file has no instance for. One-offs are nobody's instance, and one that an update
 * has set aside is its successor's business. */
static void compare_extra(struct diff *d, const struct stk_status *seen)
{
    const struct stk_spec *spec = d->cli->spec;
    if (seen->ref.kind != STK_SERVICE || seen->oneoff || stk_status_is_previous(seen) ||
        !is_asked_for(d, &seen->ref))
        return;
    const struct stk_service *service = stk_spec_service(spec, seen->ref.name);
    bool owned = service ? seen->ref.index >= 1 && seen->ref.index <= service->replicas
                         : is_disabled(spec, seen->ref.name);
    if (!owned)
        add(d, (struct differing){ &seen->ref, seen->name, "extra", seen, NULL });
}

static void gather(struct diff *d)
{
    const struct stk_graph *graph = d->cli->graph;
    d->v = stk_arena_array(d->cli->arena, graph->n + d->seen->n + 1, sizeof(*d->v));
    for (size_t i = 0; i < graph->n; i++)
        compare_unit(d, &graph->v[i].unit);
    for (size_t i = 0; i < d->seen->n; i++)
        compare_extra(d, &d->seen->v[i]);
}

/* Both may have changed since it was made; when the file did not, somebody changed the engine's. */
static bool file_changed(const struct differing *it)
{
    return it->unit && it->seen &&
           !(it->seen->config && stk_streq(it->seen->config, it->unit->config));
}

/* ---- text ---- */

static void print_value(struct stk_buf *out, const char *value)
{
    if (value)
        stk_escape_control(out, value, strlen(value));
    else
        stk_buf_puts(out, "(none)");
}

static void print_one(struct stk_buf *out, const struct differing *it, bool colour)
{
    stk_buf_printf(out, "  %s%s ", colour ? "\033[33m" : "", stk_kind_word(it->ref->kind));
    print_value(out, it->name);
    stk_buf_puts(out, colour ? "\033[0m" : "");
    if (it->whole)
        stk_buf_printf(out, "  %s",
                       strcmp(it->whole, "extra") == 0 ? "extra: the file has no such instance"
                                                       : it->whole);
    else if (!file_changed(it))
        stk_buf_puts(out, "  changed on the engine");
    stk_buf_putc(out, '\n');
    for (size_t i = 0; !it->whole && i < it->seen->n_drift; i++) {
        const struct stk_change *change = &it->seen->drift[i];
        stk_buf_puts(out, "        ");
        stk_escape_control(out, change->key, strlen(change->key));
        stk_buf_puts(out, ": ");
        print_value(out, change->before);
        stk_buf_puts(out, " → ");
        print_value(out, change->after);
        stk_buf_putc(out, '\n');
    }
}

static void print_text(const struct diff *d)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    if (d->differences)
        stk_buf_printf(&out, "Project '%s': %zu %s (engine → file)\n", d->cli->project,
                       d->differences, d->differences == 1 ? "difference" : "differences");
    else
        stk_buf_printf(&out, "Project '%s': the engine has what the file says (%zu compared)\n",
                       d->cli->project, d->compared);
    bool colour = stk_colours(d->cli, 1);
    for (size_t i = 0; i < d->n; i++)
        print_one(&out, &d->v[i], colour);
    fwrite(out.bytes, 1, out.size, stdout);
}

/* ---- JSON ---- */

static json_t *text_or_null(const char *s)
{
    return s ? json_string_nocheck(s) : json_null();
}

static json_t *unit_json(const struct differing *it)
{
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; !it->whole && i < it->seen->n_drift; i++) {
        const struct stk_change *change = &it->seen->drift[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o}", "key", json_string_nocheck(change->key), "engine",
                            text_or_null(change->before), "file", text_or_null(change->after)));
    }
    json_object_set_new(object, "kind", json_string(stk_kind_key(it->ref->kind)));
    json_object_set_new(object, stk_kind_key(it->ref->kind), json_string_nocheck(it->ref->name));
    if (it->ref->kind == STK_SERVICE)
        json_object_set_new(object, "index", json_integer(it->ref->index));
    json_object_set_new(object, "name", json_string_nocheck(it->name));
    json_object_set_new(object, "state", json_string(it->whole ? it->whole : "differs"));
    if (!it->whole)
        json_object_set_new(object, "file_changed", json_boolean(file_changed(it)));
    json_object_set_new(object, "differences", list);
    return object;
}

static void print_json(const struct diff *d)
{
    json_t *root = json_object(), *units = json_array();
    for (size_t i = 0; i < d->n; i++)
        json_array_append_new(units, unit_json(&d->v[i]));
    json_object_set_new(root, "schema", json_string("stackctl.diff/1"));
    json_object_set_new(root, "project", json_string_nocheck(d->cli->project));
    json_object_set_new(root, "differences", json_integer((json_int_t)d->differences));
    json_object_set_new(root, "units", units);
    STK_CLEANUP(stk_charp)
    char *text = stk_escape_json_taken(json_dumps(root, JSON_INDENT(2)));
    json_decref(root);
    puts(text);
}

static int run(struct cli *cli)
{
    struct stk_reconcile_req req = { .plan_only = true, .compare = STK_COMPARE_ALL };
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc)
        rc = stk_goal_up(cli, &req.goal);
    if (rc)
        return rc;
    cli->o.dry_run = false; /* it changes nothing anyway */
    rc = stk_drive(cli, &req);
    if (rc == 0) {
        struct diff d = { .cli = cli, .seen = req.seen };
        gather(&d);
        if (cli->o.json || stk_streq(cli->o.format, "json"))
            print_json(&d);
        else
            print_text(&d);
        if (cli->o.exit_code && d.differences)
            rc = DIFFERS;
    }
    stk_reconcile_clear(&req);
    return rc;
}

const struct command stk_cmd_diff = {
    .name = "diff",
    .args = "[SERVICE...]",
    .help = "Show what the engine has that is not as the file says",
    .needs = NEEDS_FILE | NEEDS_TO_RUN | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
