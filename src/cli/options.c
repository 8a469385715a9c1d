/* options.c — the command line against the rows: global options before and after the command. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "command.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

const struct option_row stk_global_options[] = {
    { "file", 'f', OPT_LIST, AT(files), "FILE",
      "Stack file; may be repeated, - is standard input" },
    { "project-name", 'p', OPT_STRING, AT(project), "NAME", "Project name" },
    { "project-directory", 0, OPT_STRING, AT(project_directory), "DIR",
      "What relative paths are relative to (default: where the first file is)" },
    { "env-file", 0, OPT_LIST, AT(env_files), "FILE", "Instead of .env; may be repeated" },
    { "profile", 0, OPT_LIST, AT(profiles), "NAME", "Enable a profile; may be repeated" },
    { "instance", 0, OPT_STRING, AT(instance), "NAME",
      "A stack of its own beside others of the same file; auto: one for each git worktree" },
    { "host", 'H', OPT_STRING, AT(host), "URL",
      "Engine, as unix://PATH, tcp://HOST:PORT or ssh://[USER@]HOST" },
    { "context", 0, OPT_STRING, AT(context), "NAME", "Engine, by the name of a docker context" },
    { "runtime", 0, OPT_STRING, AT(runtime), "NAME", "Backend: docker or fake" },
    { "parallel", 0, OPT_NUMBER, AT(parallel), "N", "Actions at a time (default 8)" },
    { "progress", 0, OPT_STRING, AT(progress), "KIND", "auto, tty, plain, json or quiet",
      "auto|tty|plain|json|quiet|none" },
    { "ansi", 0, OPT_STRING, AT(ansi), "WHEN", "Colours: auto, always or never",
      "auto|always|never" },
    { "lock-timeout", 0, OPT_SECONDS, AT(lock_timeout), "SECONDS",
      "How long to wait for another stackctl on the same project (default 60)" },
    { "offline", 0, OPT_FLAG, AT(offline), NULL, "Ask no registry for anything" },
    { "dry-run", 0, OPT_FLAG, AT(dry_run), NULL, "Show the plan and change nothing" },
    { "verbose", 0, OPT_FLAG, AT(verbose), NULL, "Trace what is done to standard error" },
    { "help", 'h', OPT_FLAG, AT(help), NULL, "Show help" },
    { "compatibility", 0, OPT_FLAG, AT(compatibility), NULL, NULL },
    { "all-resources", 0, OPT_FLAG, AT(all_resources), NULL, NULL },
    { 0 },
};

static const struct option_row version_row = { "version", 'v', OPT_FLAG, AT(version), NULL, NULL };

struct parser {
    struct cli *cli;
    char **argv;
    int argc, at;
};

static const struct option_row *find_long(const struct option_row *rows, const char *name, size_t n)
{
    for (; rows && rows->name; rows++)
        if (strlen(rows->name) == n && strncmp(rows->name, name, n) == 0)
            return rows;
    return NULL;
}

static const struct option_row *find_letter(const struct option_row *rows, char letter)
{
    for (; rows && rows->name; rows++)
        if (rows->letter == letter)
            return rows;
    return NULL;
}

/* A command's own option goes before a global one of the same letter (`logs -f`, `ps -p`). */
static const struct option_row *find_row(const struct cli *cli, const char *name, size_t n)
{
    const struct option_row *row = cli->command ? find_long(cli->command->options, name, n) : NULL;
    row = row ? row : find_long(stk_global_options, name, n);
    return row || cli->command || n != 7 || strncmp(name, "version", 7) ? row : &version_row;
}

static const struct option_row *find_short(const struct cli *cli, char letter)
{
    const struct option_row *row = cli->command ? find_letter(cli->command->options, letter) : NULL;
    row = row ? row : find_letter(stk_global_options, letter);
    return row || cli->command || letter != 'v' ? row : &version_row;
}

static bool is_flag(const struct option_row *row)
{
    return row->type == OPT_FLAG || row->type == OPT_NO_FLAG;
}

static bool parse_bool(const char *text, bool *ret)
{
    static const char *const yes[] = { "true", "1", "t", "True", "TRUE" };
    static const char *const no[] = { "false", "0", "f", "False", "FALSE" };
    for (size_t i = 0; i < STK_LEN(yes); i++) {
        if (strcmp(text, yes[i]) == 0)
            return *ret = true;
        if (strcmp(text, no[i]) == 0) {
            *ret = false;
            return true;
        }
    }
    return false;
}

static void append(struct cli *cli, struct stk_strs *list, const char *value)
{
    const char **v = stk_arena_array(cli->arena, list->n + 1, sizeof(*v));
    if (list->n)
        memcpy(v, list->v, list->n * sizeof(*v));
    v[list->n] = value;
    *list = (struct stk_strs){ .set = true, .n = list->n + 1, .v = v };
}

static int wrong_value(const struct cli *cli, const struct option_row *row, const char *value,
                       const char *wanted)
{
    return stk_usage_error(cli, "invalid value '%s' for --%s: %s", value, row->name, wanted);
}

static bool is_choice(const char *choices, const char *value)
{
    for (size_t n; *choices; choices += n + (choices[n] == '|')) {
        n = strcspn(choices, "|");
        if (strlen(value) == n && strncmp(choices, value, n) == 0)
            return true;
    }
    return false;
}

/* "always, missing or never" out of "always|missing|never". */
static const char *spelled(struct cli *cli, const char *choices)
{
    struct stk_buf out;
    stk_buf_init(&out, STK_KIB);
    stk_buf_puts(&out, "expected ");
    const char *last = strrchr(choices, '|');
    for (const char *p = choices; *p; p++)
        if (*p == '|')
            stk_buf_puts(&out, p == last ? " or " : ", ");
        else
            stk_buf_putc(&out, *p);
    STK_CLEANUP(stk_charp) char *text = stk_buf_take(&out);
    return stk_arena_strdup(cli->arena, text);
}

static int set(struct cli *cli, const struct option_row *row, const char *value)
{
    char *at = (char *)&cli->o + row->offset;
    int64_t number = 0;
    bool flag = true;
    switch (row->type) {
    case OPT_FLAG:
    case OPT_NO_FLAG:
        if (value && !parse_bool(value, &flag))
            return wrong_value(cli, row, value, "expected true or false");
        *(bool *)at = row->type == OPT_FLAG ? flag : !flag;
        return 0;
    case OPT_STRING:
        if (row->choices && !is_choice(row->choices, value))
            return wrong_value(cli, row, value, spelled(cli, row->choices));
        *(const char **)at = value;
        return 0;
    case OPT_LIST:
        append(cli, (struct stk_strs *)at, value);
        return 0;
    case OPT_NUMBER:
        if (!stk_parse_int(value, (int64_t *)at))
            return wrong_value(cli, row, value, "expected a number");
        return 0;
    case OPT_SECONDS:
        if (!stk_parse_int(value, &number) || number < 0 || number > 4000000)
            return wrong_value(cli, row, value, "expected seconds");
        *(struct stk_opt *)at = (struct stk_opt){ .set = true, .v = number * 1000 };
        return 0;
    case OPT_COUNT:
        if (!stk_parse_int(value, &number) || number < 0)
            return wrong_value(cli, row, value, "expected a number");
        *(struct stk_opt *)at = (struct stk_opt){ .set = true, .v = number };
        return 0;
    }
    return 0;
}

static int unknown_option(const struct cli *cli, const char *name)
{
    const char *names[100];
    size_t n = 0;
    for (const struct option_row *row = cli->command ? cli->command->options : NULL;
         row && row->name && n < STK_LEN(names); row++)
        names[n++] = row->name;
    for (const struct option_row *row = stk_global_options; row->name && n < STK_LEN(names); row++)
        names[n++] = row->name;
    const char *near = stk_nearest(name, names, n);
    if (near)
        return stk_usage_error(cli, "unknown option --%s; did you mean --%s?", name, near);
    return stk_usage_error(cli, "unknown option --%s", name);
}

static int parse_long(struct parser *p, const char *arg)
{
    size_t n = strcspn(arg, "=");
    const struct option_row *row = find_row(p->cli, arg, n);
    const char *value = arg[n] ? arg + n + 1 : NULL;
    if (!row) {
        STK_CLEANUP(stk_charp) char *name = stk_strndup(arg, n);
        return unknown_option(p->cli, name);
    }
    if (!value && !is_flag(row)) {
        if (p->at == p->argc)
            return stk_usage_error(p->cli, "option --%s needs a value (%s)", row->name, row->value);
        value = p->argv[p->at++];
    }
    return set(p->cli, row, value);
}

/* -d, -dt 5, -t5, -fFILE: as getopt has it; -i=false too. */
static int parse_short(struct parser *p, const char *arg)
{
    for (; *arg; arg++) {
        const struct option_row *row = find_short(p->cli, *arg);
        if (!row)
            return stk_usage_error(p->cli, "unknown option -%c", *arg);
        const char *value = NULL;
        bool flag = is_flag(row);
        if (flag && arg[1] == '=')
            return set(p->cli, row, arg + 2);
        if (!flag) {
            value = arg[1] == '=' ? arg + 2 : arg[1] ? arg + 1 : NULL;
            if (!value && p->at == p->argc)
                return stk_usage_error(p->cli, "option -%c needs a value (%s)", *arg, row->value);
            value = value ? value : p->argv[p->at++];
        }
        int rc = set(p->cli, row, value);
        if (rc || !flag)
            return rc;
    }
    return 0;
}

static int unknown_command(const struct cli *cli, const char *name)
{
    const char *names[100];
    size_t n = 0;
    for (const struct command *const *c = stk_commands; *c && n < STK_LEN(names); c++)
        names[n++] = (*c)->name;
    const char *near = stk_nearest(name, names, n);
    if (near)
        return stk_usage_error(cli, "unknown command '%s'; did you mean '%s'?", name, near);
    return stk_usage_error(cli, "unknown command '%s'", name);
}

static int parse_word(struct parser *p, const char *word)
{
    struct cli *cli = p->cli;
    if (cli->command) {
        append(cli, &cli->args, word);
        return 0;
    }
    cli->command = stk_command_find(word);
    return cli->command ? 0 : unknown_command(cli, word);
}

int stk_options_parse(struct cli *cli, int argc, char **argv)
{
    struct parser p = { .cli = cli, .argv = argv, .argc = argc, .at = 1 };
    bool only_words = false;
    while (p.at < p.argc) {
        const char *arg = p.argv[p.at++];
        int rc;
        if (!only_words && strcmp(arg, "--") == 0) {
            only_words = true;
            continue;
        }
        if (only_words || arg[0] != '-' || !arg[1])
            rc = parse_word(&p, arg);
        else if (arg[1] == '-')
            rc = parse_long(&p, arg + 2);
        else
            rc = parse_short(&p, arg + 1);
        if (rc)
            return rc;
        only_words |= cli->command && cli->command->words == WORDS_COMMAND && cli->args.n;
    }
    int max = cli->command ? cli->command->max_args : 0;
    if (cli->command && !cli->o.help && max >= 0 && cli->args.n > (size_t)max)
        return stk_usage_error(cli, "'%s' takes %s, but '%s' was given", cli->command->name,
                               max ? "fewer arguments" : "no arguments", cli->args.v[max]);
    return 0;
}
