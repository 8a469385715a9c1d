/* env.c — env: the variables of a stack. As `env SERVICE` what a process on the host needs to talk to it;
 * `env init` and `env check` are files of their own. */
#include "env.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT",
      "shell (the default, for eval), dotenv or json", "shell|dotenv|json" },
    { "example", 0, OPT_STRING, AT(example), "FILE",
      "What init makes .env of (default .env.example, .env.sample, .env.dist or .env.template)" },
    { 0 },
};

/* "my-db" as MY_DB. */
static void put_name(struct stk_buf *out, const char *service)
{
    if (isdigit((unsigned char)*service))
        stk_buf_putc(out, '_');
    for (; *service; service++)
        stk_buf_putc(out, isalnum((unsigned char)*service) ? (char)toupper((unsigned char)*service)
                                                           : '_');
}

/* A value that a shell and a .env file read alike. */
static void put_quoted(struct stk_buf *out, const char *value, bool shell)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@+,-%";
    if (strspn(value, plain) == strlen(value)) {
        stk_buf_puts(out, value);
        return;
    }
    stk_buf_putc(out, '\'');
    for (; *value; value++)
        if (*value == '\'')
            stk_buf_puts(out, shell ? "'\\''" : "\\'");
        else
            stk_buf_putc(out, *value);
    stk_buf_putc(out, '\'');
}

struct output {
    const char *format;
    json_t *object;
};

static void put(const struct output *out, const char *service, const char *suffix,
                const char *value)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf line;
    stk_buf_init(&line, STK_MIB);
    put_name(&line, service);
    stk_buf_printf(&line, "_%s", suffix);
    if (out->object) {
        json_object_set_new(out->object, line.bytes, stk_json_text_of(value));
        return;
    }
    bool shell = !stk_streq(out->format, "dotenv");
    stk_buf_putc(&line, '=');
    put_quoted(&line, value, shell);
    if (isatty(STDOUT_FILENO)) /* a shell gets the value as it is */
        stk_say(stdout, "%s%s", shell ? "export " : "", line.bytes);
    else
        printf("%s%s\n", shell ? "export " : "", line.bytes);
}

static void put_address(struct cli *cli, const struct output *out, const struct address *a,
                        bool first)
{
    bool tcp = stk_streq(a->protocol, "tcp");
    const char *port = stk_arena_printf(cli->arena, "%u", a->port);
    const char *key = tcp ? stk_arena_printf(cli->arena, "PORT_%u", a->target)
                          : stk_arena_printf(cli->arena, "PORT_%u_%s", a->target,
                                             stk_streq(a->protocol, "udp") ? "UDP" : "SCTP");
    if (first) {
        put(out, a->service, "HOST", a->host);
        put(out, a->service, "PORT", port);
    }
    put(out, a->service, key, port);
    if (a->url)
        put(out, a->service, "URL", a->url);
}

static int print(struct cli *cli, const struct stk_seen *seen)
{
    struct address *v;
    struct output out = { .format = cli->o.format };
    size_t n = env_addresses(cli, seen, &v);
    if (stk_streq(cli->o.format, "json"))
        out.object = json_object();
    for (size_t i = 0; i < n; i++)
        put_address(cli, &out, &v[i], i == 0 || !stk_streq(v[i].service, v[i - 1].service));
    if (out.object) {
        STK_CLEANUP(stk_charp) char *line = stk_json_line(out.object);
        fputs(line, stdout);
    }
    for (size_t i = 0; i < cli->args.n; i++) {
        bool found = strpbrk(cli->args.v[i], "*?[") != NULL;
        for (size_t k = 0; k < n; k++)
            found |= stk_streq(v[k].service, cli->args.v[i]);
        if (found)
            continue;
        struct stk_error err = { 0 };
        stk_fail(
            &err, STK_EABSENT, (struct stk_src){ 0 },
            "service '%s' has no port on the host: it does not run, or publishes none; 'stackctl "
            "status' shows which",
            cli->args.v[i]);
        int rc = stk_report_error(cli, &err);
        stk_error_clear(&err);
        return rc;
    }
    return 0;
}

/* What `env SERVICE` needs, and the other forms do not. */
static const struct command of_services = {
    .name = "env",
    .args = "",
    .help = "",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE,
    .max_args = -1,
};

static int run(struct cli *cli)
{
    const char *form = cli->args.n == 1 ? cli->args.v[0] : "";
    if (stk_streq(form, "init"))
        return env_init(cli);
    if (stk_streq(form, "check"))
        return env_check(cli);
    struct stk_seen *seen = NULL;
    cli->command = &of_services;
    int rc = stk_cli_prepare(cli);
    if (!rc)
        rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (!rc)
        rc = stk_check_services(cli, seen, &cli->args);
    if (!rc)
        rc = print(cli, seen);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_env = {
    .name = "env",
    .args = "init | check | [SERVICE...]",
    .help = "Make .env, check the variables of the stack, or print its addresses",
    .more =
        "env init     makes .env of .env.example: what is in .env stays; empty passwords, and "
        "values\n"
        "             marked '# secret', are generated once; what is left is asked for on a "
        "terminal,\n"
        "             else listed ('# optional' values may stay empty)\n"
        "env check    every variable that the stack needs and where it comes from; fails when one "
        "is\n"
        "             missing\n"
        "env SERVICE  where a process on this machine reaches it: DB_HOST, DB_PORT, DB_PORT_5432,\n"
        "             DB_URL (with the login: do not show it around)\n\n"
        "Examples:\n"
        "  eval \"$(stackctl env db)\"\n"
        "  stackctl env --format dotenv > .env.ide\n",
    .max_args = -1,
    .options = options,
    .run = run,
};
