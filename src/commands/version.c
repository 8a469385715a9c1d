/* version.c — version: what this program is, and the engine it would talk to. No engine is needed. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "json_text.h"
#include "stackctl/docker/about.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

enum { ASK_MS = 3000 }; /* for an engine that does not answer */

static const struct option_row options[] = {
    { "short", 0, OPT_FLAG, AT(short_version), NULL, "Only the number" },
    { "format", 'f', OPT_STRING, AT(format), "FORMAT", "pretty or json", "pretty|json" },
    { 0 },
};

static void print_json(const struct stk_about_req *about)
{
    unsigned oldest, newest;
    char text[32];
    json_t *object = json_object(), *api = json_object(), *engine = json_object();
    stk_docker_api_range(&oldest, &newest);
    json_object_set_new(object, "version", json_string(STK_VERSION));
    snprintf(text, sizeof(text), "1.%u", oldest);
    json_object_set_new(api, "oldest", json_string(text));
    snprintf(text, sizeof(text), "1.%u", newest);
    json_object_set_new(api, "newest", json_string(text));
    json_object_set_new(object, "api", api);
    if (about->host)
        json_object_set_new(engine, "host", stk_json_text_of(about->host));
    if (about->op.err.code) {
        json_object_set_new(engine, "error", stk_json_text_of(about->op.err.msg));
    } else if (about->host) {
        json_object_set_new(engine, "version", stk_json_text_of(about->version));
        json_object_set_new(engine, "platform", stk_json_text_of(about->platform));
        json_object_set_new(engine, "os", stk_json_text_of(about->os));
        json_object_set_new(engine, "arch", stk_json_text_of(about->arch));
        json_object_set_new(engine, "api", stk_json_text_of(about->api));
        json_object_set_new(engine, "api_oldest", stk_json_text_of(about->api_oldest));
    }
    json_object_set_new(object, "engine", engine);
    STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
    fputs(line, stdout);
}

static void print_engine(const struct stk_about_req *about)
{
    unsigned oldest, newest;
    stk_docker_api_range(&oldest, &newest);
    printf("API: 1.%u to 1.%u\n", oldest, newest);
    if (about->op.err.code)
        stk_say(stdout, "engine: none (%s)", about->op.err.msg);
    else if (about->host)
        stk_say(stdout, "engine: %s, API up to %s%s%s, at %s",
               about->version[0] ? about->version : "of no known version", about->api,
               about->os[0] ? ", " : "", about->os, about->host);
}

/* Whatever comes of it, the program's own version can be told. */
static int ask(struct cli *cli, struct stk_about_req *about)
{
    struct together together = { .cli = cli };
    int rc = stk_cli_prepare_engine(cli);
    cli->docker = rc ? NULL : stk_docker_of(cli->rt);
    if (!cli->docker)
        return 0;
    about->op.timeout_ms = ASK_MS;
    together_add(&together, &about->op);
    stk_docker_about(cli->docker, about);
    return together_run(&together);
}

static int run(struct cli *cli)
{
    bool json = stk_streq(cli->o.format, "json");
    struct stk_about_req about = { .brief = !json };
    if (cli->o.short_version) {
        puts(STK_VERSION);
        return 0;
    }
    if (!json) {
        puts("stackctl version " STK_VERSION);
        fflush(stdout);
    }
    int rc = ask(cli, &about);
    if (json)
        print_json(&about);
    else
        print_engine(&about);
    stk_error_clear(&about.op.err);
    return rc;
}

const struct command stk_cmd_version = {
    .name = "version",
    .args = "",
    .help = "Show the versions of stackctl and of the engine",
    .max_args = 0,
    .options = options,
    .run = run,
};
