/* given_env.c — see given_env.h. */
#include "given_env.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct stk_strs stk_given_env(struct stk_arena *arena, const struct stk_strs *given)
{
    const char **v = stk_arena_array(arena, given->n + 1, sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < given->n; i++) {
        const char *text = given->v[i];
        const char *own = strchr(text, '=') ? NULL : getenv(text);
        if (own)
            text = stk_arena_printf(arena, "%s=%s", text, own);
        if (strchr(text, '='))
            v[n++] = text;
    }
    return (struct stk_strs){ .set = n > 0, .n = n, .v = v };
}
