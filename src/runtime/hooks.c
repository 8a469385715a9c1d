/* hooks.c — see hooks.h. */
#include "hooks.h"

#include <string.h>

json_t *stk_hooks_of(const char *config, const char *moment)
{
    json_t *json = config ? json_loads(config, 0, NULL) : NULL;
    json_t *list = json_incref(json_object_get(json, moment));
    json_decref(json);
    if (json_array_size(list))
        return list;
    json_decref(list);
    return NULL;
}

/* The last line that says something. */
static void last_line(const char *text, const char **ret, size_t *ret_n)
{
    *ret = "";
    *ret_n = 0;
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        if (n) {
            *ret = text;
            *ret_n = n;
        }
        text += n + strspn(text + n, "\r\n");
    }
}

/* The first words are Docker Compose's, which scripts match. */
int stk_hook_failed(struct stk_error *reterr, const char *service, const char *moment, int status,
                    const char *said)
{
    const char *line;
    size_t n;
    last_line(said ? said : "", &line, &n);
    return stk_fail(reterr, STK_EFAIL, (struct stk_src){ 0 },
                    "%s hook exited with status %d (%s)%s%.*s", service, status, moment,
                    n ? ": " : "", (int)n, line);
}
