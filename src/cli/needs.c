/* needs.c — see needs.h. Which variables there are is the spec's to say. */
#include "needs.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "text.h"

const char *need_state_name(enum need_state state)
{
    static const char *const names[] = {
        [NEED_SET] = "set",
        [NEED_DEFAULT] = "default",
        [NEED_OPTIONAL] = "optional",
        [NEED_MISSING] = "missing",
    };
    return names[state];
}

const char *needs_env_file(struct cli *cli)
{
    if (cli->o.env_files.n == 1)
        return cli->o.env_files.v[0];
    return cli->o.env_files.n ? "env files" : ".env";
}

/* NULL: not set. */
static const char *value_of(const struct stk_kvs *kvs, const char *name)
{
    for (size_t i = 0; i < kvs->n; i++)
        if (stk_streq(kvs->v[i].key, name))
            return kvs->v[i].value;
    return NULL;
}

/* An empty value is one, unless the file requires more. */
static bool is_enough(const char *value, bool required)
{
    return value && (*value || !required);
}

static struct need classify(struct cli *cli, const struct stk_spec *spec,
                            const struct stk_variable *v)
{
    struct need need = { .name = stk_arena_strdup(cli->arena, v->name),
                         .why = v->required ? "required" : NULL };
    const struct stk_kvs *all = stk_spec_environment(spec);
    if (stk_streq(v->name, "COMPOSE_PROJECT_NAME")) {
        need.from = "stackctl";
    } else if (is_enough(getenv(v->name), v->required)) {
        need.from = "environment";
    } else if (is_enough(value_of(all, v->name), v->required)) {
        need.from = needs_env_file(cli);
    } else if (v->fallback && !v->required) {
        need.from = "default";
        need.state = NEED_DEFAULT;
    } else {
        need.state = v->alternate && !v->required ? NEED_OPTIONAL : NEED_MISSING;
    }
    return need;
}

int needs_find(struct cli *cli, struct need **ret, size_t *ret_n, const char **ret_dir,
               struct stk_diags *diags)
{
    struct stk_spec_opts opts = stk_cli_spec_opts(cli);
    struct stk_spec *spec = NULL;
    const struct stk_variable *v = NULL;
    opts.no_interpolate = opts.no_consistency = opts.no_env_resolution = true;
    opts.services = (struct stk_strs){ 0 };
    int code = stk_spec_load(&opts, &spec, diags);
    if (code)
        return code;
    size_t n = stk_spec_variables(spec, &v);
    *ret = stk_arena_array(cli->arena, n + 1, sizeof(**ret));
    for (size_t i = 0; i < n; i++)
        (*ret)[i] = classify(cli, spec, &v[i]);
    *ret_n = n;
    *ret_dir = stk_arena_strdup(cli->arena, spec->dir);
    stk_spec_free(spec);
    return 0;
}
