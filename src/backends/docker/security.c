/* security.c — security options in the engine's terms. It takes the text of a seccomp profile,
 * where the file names one of ours, and has fields of its own for unconfined system paths. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "create.h"
#include "text.h"

enum { PROFILE_MAX = 1024 * 1024 };

/* The profile as compact JSON, or NULL when it cannot be read: the engine then says what it
 * thinks of the name. */
static char *profile(const struct stk_unit *unit, const char *name)
{
    bool builtin = stk_streq(name, "unconfined") || stk_streq(name, "builtin") || *name == '{';
    if (builtin)
        return NULL;
    STK_CLEANUP(stk_charp)
    char *path = *name == '/' ? stk_strdup(name) : stk_printf("%s/%s", unit->spec->dir, name);
    json_t *json = json_load_file(path, 0, NULL);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (text && strlen(text) > PROFILE_MAX)
        stk_charp(&text);
    return text;
}

static json_t *option(const struct stk_unit *unit, const char *text)
{
    static const char seccomp[] = "seccomp";
    size_t n = strlen(seccomp);
    bool named = stk_starts(text, seccomp) && (text[n] == '=' || text[n] == ':');
    STK_CLEANUP(stk_charp) char *rules = named ? profile(unit, text + n + 1) : NULL;
    STK_CLEANUP(stk_charp) char *whole = rules ? stk_printf("seccomp=%s", rules) : NULL;
    return json_string(whole ? whole : text);
}

void stk_create_security(json_t *host, const struct stk_unit *unit)
{
    const struct stk_strs *opts = &unit->service->security_opt;
    json_t *list = json_array();
    for (size_t i = 0; i < opts->n; i++) {
        if (stk_streq(opts->v[i], "systempaths=unconfined")) {
            json_object_set_new(host, "MaskedPaths", json_array());
            json_object_set_new(host, "ReadonlyPaths", json_array());
        } else {
            json_array_append_new(list, option(unit, opts->v[i]));
        }
    }
    if (json_array_size(list))
        json_object_set(host, "SecurityOpt", list);
    json_decref(list);
}
