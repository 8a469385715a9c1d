/* init.c — init: a first stack file for a folder. Never over one that is there. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "init_text.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "with", 0, OPT_LIST, AT(with), "NAME,...",
      "Services with health checks that work: postgres, mysql, redis, rabbitmq, nginx" },
    { "output", 'o', OPT_STRING, AT(output), "FILE", "Instead of compose.yaml; - is the output" },
    { 0 },
};

static int fail(struct cli *cli, enum stk_code code, const char *what, const char *path,
                const char *why)
{
    struct stk_error err = { 0 };
    stk_fail(&err, code, (struct stk_src){ 0 }, "%s '%s': %s", what, path, why);
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

static int check_none(struct cli *cli, const char *dir)
{
    static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
                                         "docker-compose.yaml" };
    for (size_t i = 0; !cli->o.output && i < STK_LEN(names); i++) {
        const char *path = stk_arena_printf(cli->arena, "%s/%s", dir, names[i]);
        if (access(path, F_OK) == 0)
            return fail(cli, STK_EFAIL, "not written", names[i],
                        "there is a stack file already; --output FILE writes beside it");
    }
    return 0;
}

/* --with a,b --with c. 0 or the exit status. */
static int take_templates(struct cli *cli, struct init_findings *found)
{
    for (size_t i = 0; i < cli->o.with.n; i++)
        for (const char *p = cli->o.with.v[i]; *p; p += strcspn(p, ","), p += *p == ',') {
            const char *name = stk_arena_strndup(cli->arena, p, strcspn(p, ","));
            const struct init_template *template = init_template_find(name);
            if (!template)
                return stk_usage_error(cli, "invalid value '%s' for --with: expected %s", name,
                                       init_template_names());
            init_add(found, template);
        }
    return 0;
}

/* The folder's name as one of a project; "" when it gives none. */
static const char *project_of(struct cli *cli, const char *dir)
{
    STK_CLEANUP(stk_charp) char *real = realpath(dir, NULL);
    char *name = stk_arena_strdup(cli->arena, real ? strrchr(real, '/') + 1 : ""), *to = name;
    if (cli->o.project)
        return cli->o.project;
    for (const char *p = name; *p; p++)
        if (isalnum((unsigned char)*p) || (to > name && strchr("-_", *p)))
            *to++ = (char)tolower((unsigned char)*p);
    *to = '\0';
    return name;
}

static int write_file(struct cli *cli, const char *path, const struct stk_buf *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(cli, STK_EFAIL, "cannot write", path,
                    errno == EEXIST ? "it is there already, and is left as it is"
                                    : strerror(errno));
    bool ok = write(fd, text->bytes, text->size) == (ssize_t)text->size;
    ok = close(fd) == 0 && ok;
    if (ok)
        return 0;
    int rc = fail(cli, STK_EFAIL, "cannot write", path, strerror(errno));
    (void)unlink(path);
    return rc;
}

static int run(struct cli *cli)
{
    struct init_findings found = { 0 };
    const char *dir = cli->o.project_directory ? cli->o.project_directory : ".";
    int rc = check_none(cli, dir);
    if (!rc)
        rc = take_templates(cli, &found);
    if (rc)
        return rc;
    init_look(cli->arena, dir, &found);
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    init_write(&text, project_of(cli, dir), &found);
    if (cli->o.dry_run || stk_streq(cli->o.output, "-")) {
        fputs(text.bytes, stdout);
        return 0;
    }
    const char *path =
        cli->o.output ? cli->o.output : stk_arena_printf(cli->arena, "%s/compose.yaml", dir);
    rc = write_file(cli, path, &text);
    if (!rc)
        stk_say(stderr, "%s written; 'stackctl up -d --wait' starts it",
                stk_starts(path, "./") ? path + 2 : path);
    return rc;
}

const struct command stk_cmd_init = {
    .name = "init",
    .args = "",
    .help = "Write a first stack file, after what the folder holds",
    .more = "Looks at Dockerfile, package.json, go.mod, pyproject.toml, requirements.txt and "
            "Procfile, and\n"
            "at which databases their libraries talk to. A stack file that is there is never "
            "touched.\n\n"
            "Examples:\n"
            "  stackctl init --with postgres,redis\n"
            "  stackctl --dry-run init          only show it\n",
    .max_args = 0,
    .options = options,
    .run = run,
};
