/* cmd_ls.c — ls: every project the engine has containers of. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "json_text.h"
#include "table.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "all", 'a', OPT_FLAG, AT(all), NULL, "Projects that have only stopped containers, too" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "Only the names" },
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "table or json (one array)", "table|json" },
    { "filter", 0, OPT_STRING, AT(filter), "FILTER", "name=PATTERN, a regular expression" },
    { 0 },
};

struct project {
    const char *name, *files;
    size_t states[STK_PRESENT + 1]; /* containers in each */
};

struct projects {
    struct project *v;
    size_t n, cap;
};

static struct project *find(struct projects *projects, const char *name)
{
    for (size_t i = 0; i < projects->n; i++)
        if (strcmp(projects->v[i].name, name) == 0)
            return &projects->v[i];
    projects->v = stk_grow(projects->v, projects->n, &projects->cap, sizeof(*projects->v));
    struct project *project = &projects->v[projects->n++];
    *project = (struct project){ .name = name };
    return project;
}

static const char *files_of(const struct stk_status *st)
{
    for (size_t i = 0; i < st->labels.n; i++)
        if (strcmp(st->labels.v[i].key, "com.docker.compose.project.config_files") == 0)
            return st->labels.v[i].value;
    return NULL;
}

static void collect(struct projects *projects, const struct stk_seen *seen, bool all)
{
    for (size_t i = 0; i < seen->n; i++) {
        const struct stk_status *st = &seen->v[i];
        bool alive =
            st->state == STK_RUNNING || st->state == STK_PAUSED || st->state == STK_RESTARTING;
        if (st->ref.kind != STK_SERVICE || !st->project || (!alive && !all))
            continue;
        struct project *project = find(projects, st->project);
        project->states[st->state]++;
        project->files = project->files ? project->files : files_of(st);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct project *)a)->name, ((const struct project *)b)->name);
}

/* "exited(1), running(2)", in the order of the words. */
static void add_states(struct stk_buf *out, const struct project *project)
{
    static const enum stk_state order[] = {
        STK_CREATED, STK_DEAD, STK_EXITED, STK_PAUSED, STK_REMOVING, STK_RESTARTING, STK_RUNNING,
    };
    for (size_t i = 0; i < STK_LEN(order); i++)
        if (project->states[order[i]])
            stk_buf_printf(out, "%s%s(%zu)", out->size ? ", " : "", stk_state_name(order[i]),
                           project->states[order[i]]);
}

static void print_json(const struct projects *projects)
{
    json_t *list = json_array();
    for (size_t i = 0; i < projects->n; i++) {
        STK_CLEANUP(stk_buf_clearp) struct stk_buf states;
        stk_buf_init(&states, 64 * STK_KIB);
        add_states(&states, &projects->v[i]);
        json_t *object = json_object();
        json_object_set_new(object, "Name", stk_json_text_of(projects->v[i].name));
        json_object_set_new(object, "Status", stk_json_text_of(states.bytes));
        json_object_set_new(object, "ConfigFiles",
                            stk_json_text_of(projects->v[i].files ? projects->v[i].files : "N/A"));
        json_array_append_new(list, object);
    }
    STK_CLEANUP(stk_charp) char *line = stk_json_line(list);
    fputs(line, stdout);
}

static void print_table(const struct projects *projects)
{
    struct table table = { .columns = 3 };
    table_add(&table, "NAME");
    table_add(&table, "STATUS");
    table_add(&table, "CONFIG FILES");
    for (size_t i = 0; i < projects->n; i++) {
        STK_CLEANUP(stk_buf_clearp) struct stk_buf states;
        stk_buf_init(&states, 64 * STK_KIB);
        add_states(&states, &projects->v[i]);
        table_add(&table, projects->v[i].name);
        table_add(&table, states.bytes);
        table_add(&table, projects->v[i].files ? projects->v[i].files : "N/A");
    }
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    fputs(text, stdout);
    table_clear(&table);
}

/* Leaves only those whose name the filter matches. 0 or the exit status. */
static int filter(struct cli *cli, struct projects *projects)
{
    const char *given = cli->o.filter;
    regex_t pattern;
    if (!given)
        return 0;
    if (!stk_starts(given, "name="))
        return stk_usage_error(cli, "unknown filter '%s': expected name=PATTERN", given);
    if (regcomp(&pattern, given + strlen("name="), REG_EXTENDED | REG_NOSUB) != 0)
        return stk_usage_error(cli, "invalid filter '%s': no regular expression", given);
    size_t kept = 0;
    for (size_t i = 0; i < projects->n; i++)
        if (regexec(&pattern, projects->v[i].name, 0, NULL, 0) == 0)
            projects->v[kept++] = projects->v[i];
    projects->n = kept;
    regfree(&pattern);
    return 0;
}

static void print(const struct cli *cli, const struct projects *projects)
{
    if (!cli->o.quiet && stk_streq(cli->o.format, "json"))
        print_json(projects);
    else if (!cli->o.quiet)
        print_table(projects);
    for (size_t i = 0; cli->o.quiet && i < projects->n; i++)
        stk_say(stdout, "%s", projects->v[i].name);
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    struct projects projects = { 0 };
    int rc = stk_cli_look(cli, NULL, STK_SEE_SERVICES, &seen);
    if (rc)
        return rc;
    collect(&projects, seen, cli->o.all);
    if (projects.n)
        qsort(projects.v, projects.n, sizeof(*projects.v), by_name);
    rc = filter(cli, &projects);
    if (rc == 0)
        print(cli, &projects);
    free(projects.v);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_ls = {
    .name = "ls",
    .args = "",
    .help = "List the projects on the engine",
    .needs = NEEDS_ENGINE,
    .max_args = 0,
    .options = options,
    .run = run,
};
