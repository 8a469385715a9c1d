/* cmd_ps.c — ps: the project's containers. How one of them is worded is ps_text.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "closely.h"
#include "command.h"
#include "json_text.h"
#include "outcome_json.h"
#include "ps_text.h"
#include "template.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "all", 'a', OPT_FLAG, AT(all), NULL, "Stopped and one-off containers, too" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "Only the ids" },
    { "services", 0, OPT_FLAG, AT(services), NULL, "Only the names of the services" },
    { "status", 0, OPT_LIST, AT(status), "STATUS", "Only those so: running, exited, ..." },
    { "filter", 0, OPT_STRING, AT(filter), "FILTER", "status=STATUS, the same" },
    { "format", 0, OPT_STRING, AT(format), "FORMAT",
      "table, json (an object a line), or a template like '{{.Name}} {{.State}}'" },
    { "no-trunc", 0, OPT_FLAG, AT(no_trunc), NULL, "Full ids and commands in JSON" },
    { "orphans", 0, OPT_FLAG, AT(orphans), NULL,
      "Also services that the file does not have; =false leaves them out" },
    { 0 },
};

static const enum stk_state states[] = {
    STK_CREATED, STK_RUNNING, STK_PAUSED, STK_RESTARTING, STK_REMOVING, STK_EXITED, STK_DEAD,
};

static const enum stk_state *find_state(const char *name)
{
    for (size_t i = 0; i < STK_LEN(states); i++)
        if (strcmp(stk_state_name(states[i]), name) == 0)
            return &states[i];
    return NULL;
}

/* Bits of the states that are asked for; 0: no such wish. 0 or the exit status. */
static int wished_states(struct cli *cli, unsigned *ret)
{
    struct stk_strs wished = cli->o.status;
    const char *filter = cli->o.filter;
    *ret = 0;
    if (filter && !stk_starts(filter, "status="))
        return stk_usage_error(cli, "unknown filter '%s': expected status=STATUS", filter);
    for (size_t i = 0; i < wished.n + (filter != NULL); i++) {
        const char *name = i < wished.n ? wished.v[i] : filter + strlen("status=");
        const enum stk_state *state = find_state(name);
        if (!state)
            return stk_usage_error(cli,
                                   "unknown status '%s': expected created, running, paused, "
                                   "restarting, removing, exited or dead",
                                   name);
        *ret |= 1u << *state;
    }
    return 0;
}

static bool is_orphan(const struct cli *cli, const struct stk_status *st)
{
    if (!cli->spec || stk_spec_service(cli->spec, st->ref.name))
        return false;
    for (size_t i = 0; i < cli->spec->disabled.n; i++)
        if (strcmp(cli->spec->disabled.v[i], st->ref.name) == 0)
            return false;
    return true;
}

static bool is_wanted(const struct cli *cli, const struct stk_status *st, unsigned wished)
{
    const unsigned alive = 1u << STK_RUNNING | 1u << STK_PAUSED | 1u << STK_RESTARTING;
    if (st->ref.kind != STK_SERVICE || !stk_is_named(cli, st->ref.name))
        return false;
    if (st->oneoff && !cli->o.all)
        return false;
    if (!cli->o.orphans && is_orphan(cli, st))
        return false;
    return wished ? wished >> st->state & 1 : cli->o.all || alive >> st->state & 1;
}

static void print_services(const struct stk_status *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(v[i]->ref.name, v[i - 1]->ref.name) != 0)
            stk_say(stdout, "%s", v[i]->ref.name);
}

static bool is_template(const char *format)
{
    return format && strcmp(format, "json") != 0 && strcmp(format, "table") != 0;
}

static int check_format(const struct cli *cli)
{
    static const struct stk_status none;
    const char *format = cli->o.format, *wrong = format;
    if (!is_template(format))
        return 0;
    json_t *example = ps_json(&none, 0, false);
    bool fine = strstr(format, "{{") && template_check(format, example, &wrong);
    json_decref(example);
    if (fine)
        return 0;
    return stk_usage_error(
        cli,
        "invalid --format at '%s': expected table, json, or a template of fields "
        "such as {{.Name}}, {{.State}} or {{json .}}",
        wrong);
}

static void print_template(const struct cli *cli, const struct stk_status *const *v, size_t n,
                           int64_t now_ms)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    json_t *objects = json_array();
    stk_buf_init(&out, 64 * STK_MIB);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(objects, ps_json(v[i], now_ms, cli->o.no_trunc));
    template_print(&out, cli->o.format, objects);
    if (out.size)
        fputs(out.bytes, stdout);
    json_decref(objects);
}

static int print_json(struct cli *cli, const struct stk_status *const *v, size_t n, int64_t now_ms)
{
    struct stk_outcome *outcomes = stk_arena_array(cli->arena, n + 1, sizeof(*outcomes));
    int rc = stk_closely_outcomes(cli, v, n, outcomes);
    for (size_t i = 0; !rc && i < n; i++) {
        json_t *object = ps_json(v[i], now_ms, cli->o.no_trunc);
        if (outcome_tells(&outcomes[i]))
            json_object_set_new(object, "ended", outcome_json(&outcomes[i]));
        STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
        fputs(line, stdout);
    }
    return rc;
}

static int print(struct cli *cli, const struct stk_status *const *v, size_t n)
{
    int64_t now_ms = stk_now_ms();
    if (cli->o.services) {
        print_services(v, n);
        return 0;
    }
    if (!cli->o.quiet && is_template(cli->o.format)) {
        print_template(cli, v, n, now_ms);
        return 0;
    }
    if (!cli->o.quiet && !stk_streq(cli->o.format, "json")) {
        STK_CLEANUP(stk_charp) char *table = ps_table(v, n, now_ms);
        fputs(table, stdout);
        return 0;
    }
    if (!cli->o.quiet)
        return print_json(cli, v, n, now_ms);
    for (size_t i = 0; i < n; i++)
        stk_say(stdout, "%s", v[i]->ref.id ? v[i]->ref.id : v[i]->name);
    return 0;
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    unsigned wished = 0;
    int rc = check_format(cli);
    rc = rc ? rc : wished_states(cli, &wished);
    if (rc == 0)
        rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (rc)
        return rc;
    rc = stk_check_services(cli, seen, &cli->args);
    const struct stk_status **v = stk_arena_array(cli->arena, seen->n + 1, sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < seen->n; i++)
        if (is_wanted(cli, &seen->v[i], wished))
            v[n++] = &seen->v[i];
    if (rc == 0)
        rc = print(cli, v, n);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_ps = {
    .name = "ps",
    .args = "[SERVICE...]",
    .help = "List the project's containers",
    .more = "Services may be globs: stackctl ps 'worker-*'\n"
            "In JSON, 'ended' tells how the last run of a container ended: exited, killed, "
            "oom-killed or\n"
            "engine-error, with its code or signal, when, and how often it was restarted.\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
    .options = options,
    .run = run,
};
