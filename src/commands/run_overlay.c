/* run_overlay.c — what the options of run say about the service, as a document over the stack file: it is
 * read, checked and merged as if it were one of the files. */
#include "run_overlay.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "given_env.h"

/* No variable is meant here: what the shell left is what was written. */
static json_t *text_of(const char *s)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, 2 * STK_MIB);
    for (; *s; s++)
        stk_buf_puts(&out, *s == '$' ? "$$" : (char[]){ *s, '\0' });
    json_t *ret = json_string(out.bytes ? out.bytes : "");
    return ret ? ret : json_string_nocheck("");
}

static void put_text(json_t *to, const char *key, const char *value)
{
    if (value)
        json_object_set_new(to, key, text_of(value));
}

static void put_list(json_t *to, const char *key, const char *const *v, size_t n, bool even_empty)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, text_of(v[i]));
    if (n || even_empty)
        json_object_set_new(to, key, list);
    else
        json_decref(list);
}

static void put_strs(json_t *to, const char *key, const struct stk_strs *list)
{
    put_list(to, key, list->v, list->n, false);
}

/* NAME=VALUE of the env files, then of -e, which count more. 0 or the exit status. */
static int variables(struct cli *cli, struct stk_strs *ret)
{
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    struct stk_strs given = stk_given_env(cli->arena, &cli->o.env);
    struct stk_kvs read = { 0 };
    if (cli->o.env_from_files.n &&
        stk_spec_env_read(&opts, &cli->o.env_from_files, cli->arena, &read, &cli->diags))
        return stk_report_diags(&cli->diags);
    const char **v = stk_arena_array(cli->arena, read.n + given.n + 1, sizeof(*v));
    for (size_t i = 0; i < read.n; i++)
        v[i] = stk_arena_printf(cli->arena, "%s=%s", read.v[i].key, read.v[i].value);
    if (given.n)
        memcpy(v + read.n, given.v, given.n * sizeof(*v));
    *ret = (struct stk_strs){ .set = true, .n = read.n + given.n, .v = v };
    return 0;
}

int run_overlay(struct cli *cli, bool tty, const char **ret)
{
    const struct options *o = &cli->o;
    struct stk_strs env;
    int rc = variables(cli, &env);
    if (rc)
        return rc;
    json_t *service = json_object();
    put_list(service, "command", cli->args.v + 1, cli->args.n - 1, o->entrypoint != NULL);
    if (cli->args.n == 1 && !o->entrypoint)
        json_object_del(service, "command");
    if (o->entrypoint && !*o->entrypoint)
        put_list(service, "entrypoint", NULL, 0, true);
    else
        put_text(service, "entrypoint", o->entrypoint);
    put_strs(service, "environment", &env);
    put_strs(service, "volumes", &o->mount);
    put_strs(service, "ports", &o->publish);
    put_strs(service, "labels", &o->label);
    put_strs(service, "cap_add", &o->cap_add);
    put_strs(service, "cap_drop", &o->cap_drop);
    put_text(service, "user", o->user);
    put_text(service, "working_dir", o->workdir);
    json_object_set_new(service, "scale", json_integer(1));
    json_object_set_new(service, "tty", json_boolean(tty));
    json_object_set_new(service, "stdin_open", json_boolean(!o->no_stdin));
    json_t *doc = json_pack("{s:{s:o}}", "services", cli->args.v[0], service);
    STK_CLEANUP(stk_charp) char *text = json_dumps(doc, JSON_COMPACT);
    json_decref(doc);
    *ret = stk_arena_strdup(cli->arena, text);
    return 0;
}
