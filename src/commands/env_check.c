/* env_check.c — env check: the variables that the stack needs, where they come from, what is missing. Names
 * only, never values. */
#include <jansson.h>
#include <stdio.h>

#include "arena.h"
#include "env.h"
#include "json_text.h"
#include "needs.h"
#include "table.h"
#include "text.h"

static void print_json(const struct need *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", json_string(v[i].name));
        json_object_set_new(object, "state", json_string(need_state_name(v[i].state)));
        json_object_set_new(object, "from", stk_json_text_of(v[i].from));
        json_object_set_new(object, "required", json_boolean(v[i].why != NULL));
        json_array_append_new(list, object);
    }
    STK_CLEANUP(stk_charp) char *line = stk_json_line(list);
    fputs(line, stdout);
}

static void print_table(const struct need *v, size_t n)
{
    struct table table = { .columns = 3 };
    table_add(&table, "VARIABLE");
    table_add(&table, "STATE");
    table_add(&table, "FROM");
    for (size_t i = 0; i < n; i++) {
        table_add(&table, v[i].name);
        table_add(&table, need_state_name(v[i].state));
        table_add(&table, v[i].from ? v[i].from : v[i].why ? "the file requires it" : "-");
    }
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    fputs(text, stdout);
    table_clear(&table);
}

int env_check(struct cli *cli)
{
    struct need *v = NULL;
    size_t n = 0, missing = 0;
    const char *dir;
    cli->args.n = 0;
    if (needs_find(cli, &v, &n, &dir, &cli->diags) != 0)
        return stk_report_diags(&cli->diags);
    if (stk_streq(cli->o.format, "json"))
        print_json(v, n);
    else if (n)
        print_table(v, n);
    for (size_t i = 0; i < n; i++)
        missing += v[i].state == NEED_MISSING;
    if (!missing)
        return 0;
    struct stk_error err = { 0 };
    stk_fail(
        &err, STK_ECONFIG, (struct stk_src){ 0 },
        "%zu of %zu variables missing; 'stackctl env init' makes .env, or write NAME=value into %s",
        missing, n, needs_env_file(cli));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}
