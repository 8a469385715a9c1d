/* lint.c — lint: everything that is wrong with the stack files, and what is likely to go wrong with
 * them, in one run. Talks to no engine; what is told is found by spec/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "diags_json.h"
#include "text.h"

enum { MOST = 1000 };

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT",
      "text, json, or sarif for editors and code review", "text|json|sarif" },
    { "ignore", 0, OPT_LIST, AT(ignore), "RULE",
      "Leave out the warnings of a rule; may be repeated", NULL },
    { "strict", 0, OPT_FLAG, AT(strict), NULL, "Exit as for an error when there are warnings",
      NULL },
    { "rules", 0, OPT_FLAG, AT(rules), NULL, "List the rules and what they are about", NULL },
    { 0 },
};

static int print_rules(void)
{
    for (int i = 0; i < STK_RULE_COUNT; i++) {
        const struct stk_rule_info *rule = stk_rule_info((enum stk_rule)i);
        printf("%-24s %-8s %s\n", rule->id, rule->severity == STK_ERROR ? "error" : "warning",
               rule->help);
    }
    return 0;
}

/* The rules named by --ignore exist: else tells and returns the exit status. */
static int check_ignored(const struct cli *cli)
{
    const char *ids[STK_RULE_COUNT];
    for (int i = 0; i < STK_RULE_COUNT; i++)
        ids[i] = stk_rule_info((enum stk_rule)i)->id;
    for (size_t i = 0; i < cli->o.ignore.n; i++) {
        const char *name = cli->o.ignore.v[i];
        bool known = false;
        for (int k = 0; k < STK_RULE_COUNT; k++)
            known |= strcmp(ids[k], name) == 0;
        if (known)
            continue;
        const char *nearest = stk_nearest(name, ids, STK_RULE_COUNT);
        return nearest
                   ? stk_usage_error(cli, "unknown rule '%s': did you mean '%s'?", name, nearest)
                   : stk_usage_error(cli, "unknown rule '%s': 'lint --rules' lists them", name);
    }
    return 0;
}

static bool is_ignored(const struct cli *cli, const struct stk_diag *d)
{
    const char *id = stk_rule_info(d->rule)->id;
    for (size_t i = 0; d->severity == STK_WARNING && i < cli->o.ignore.n; i++)
        if (strcmp(cli->o.ignore.v[i], id) == 0)
            return true;
    return false;
}

/* Errors stay, whatever is to be left out: nothing can be done with such a file. */
static void drop_ignored(struct cli *cli)
{
    struct stk_diags *diags = &cli->diags;
    size_t kept = 0;
    for (size_t i = 0; i < diags->n; i++)
        if (!is_ignored(cli, &diags->v[i]))
            diags->v[kept++] = diags->v[i];
    diags->n = kept;
}

static void add_count(struct stk_buf *out, size_t n, const char *what)
{
    stk_buf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void print_text(const struct stk_diags *diags)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    size_t warnings = 0;
    for (size_t i = 0; i < diags->n; i++) {
        stk_add_diag(&out, &diags->v[i], true);
        warnings += diags->v[i].severity == STK_WARNING;
    }
    if (diags->dropped)
        stk_buf_printf(&out, "and %zu more problems\n", diags->dropped);
    if (!diags->n)
        return;
    add_count(&out, diags->errors, "error");
    stk_buf_puts(&out, ", ");
    add_count(&out, warnings, "warning");
    stk_buf_putc(&out, '\n');
    fwrite(out.bytes, out.size, 1, stdout);
}

static void print_json(json_t *json)
{
    STK_CLEANUP(stk_charp)
    char *text = stk_escape_json_taken(json_dumps(json, JSON_INDENT(2)));
    json_decref(json);
    puts(text);
}

/* The exit status: of the first error; of an invalid file when warnings count and there is one. */
static int status_of(const struct cli *cli)
{
    const struct stk_diags *diags = &cli->diags;
    for (size_t i = 0; i < diags->n; i++)
        if (diags->v[i].severity == STK_ERROR)
            return stk_code_info(diags->v[i].code)->exit_status;
    return cli->o.strict && diags->n ? stk_code_info(STK_ECONFIG)->exit_status : 0;
}

static int run(struct cli *cli)
{
    if (cli->o.rules)
        return print_rules();
    int rc = check_ignored(cli);
    if (rc)
        return rc;
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    opts.no_run = false;
    opts.lint = true;
    cli->diags.max = MOST;
    (void)stk_spec_load(&opts, &cli->spec, &cli->diags); /* what came of it stands in diags */
    drop_ignored(cli);
    if (stk_streq(cli->o.format, "json"))
        print_json(stk_diags_json(&cli->diags));
    else if (stk_streq(cli->o.format, "sarif"))
        print_json(stk_diags_sarif(&cli->diags, STK_VERSION));
    else
        print_text(&cli->diags);
    return status_of(cli);
}

const struct command stk_cmd_lint = {
    .name = "lint",
    .args = "",
    .help = "Tell what is wrong with the stack files, and what may go wrong",
    .more = "Exits 0 when the files are valid, 15 when they are not; with --strict, also 15 when "
            "there\n"
            "is a warning. In every format the findings go to standard output.\n",
    .max_args = 0,
    .options = options,
    .run = run,
};
