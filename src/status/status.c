/* status.c — the words for states, and finding one status among those seen. */
#include "stackctl/status.h"

#include <string.h>

#include "arena.h"
#include "text.h"

const char *stk_state_name(enum stk_state state)
{
    switch (state) {
    case STK_ABSENT:
        return "absent";
    case STK_CREATED:
        return "created";
    case STK_RUNNING:
        return "running";
    case STK_PAUSED:
        return "paused";
    case STK_RESTARTING:
        return "restarting";
    case STK_REMOVING:
        return "removing";
    case STK_EXITED:
        return "exited";
    case STK_DEAD:
        return "dead";
    case STK_PRESENT:
        return "present";
    }
    return "unknown";
}

const char *stk_health_name(enum stk_health health)
{
    switch (health) {
    case STK_HEALTH_NONE:
        return "";
    case STK_HEALTH_STARTING:
        return "starting";
    case STK_HEALTH_HEALTHY:
        return "healthy";
    case STK_HEALTH_UNHEALTHY:
        return "unhealthy";
    }
    return "";
}

void stk_seen_free(struct stk_seen *seen)
{
    if (seen)
        stk_arena_free(seen->arena);
}

bool stk_name_is_previous(const char *name, const char *id)
{
    enum { SHORT_ID = 12 };
    return name && id && strlen(id) >= SHORT_ID && strncmp(name, id, SHORT_ID) == 0 &&
           name[SHORT_ID] == '_';
}

bool stk_status_is_previous(const struct stk_status *status)
{
    return status->ref.kind == STK_SERVICE && stk_name_is_previous(status->name, status->ref.id);
}

int stk_status_compare(const void *a, const void *b)
{
    const struct stk_status *x = a, *y = b;
    if (x->ref.kind != y->ref.kind)
        return x->ref.kind < y->ref.kind ? -1 : 1;
    int by_name = strcmp(x->ref.name, y->ref.name);
    if (by_name)
        return by_name;
    if (x->ref.index != y->ref.index)
        return x->ref.index < y->ref.index ? -1 : 1;
    return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

size_t stk_seen_named(const struct stk_seen *seen, enum stk_kind kind, const char *name,
                      size_t *ret_n)
{
    size_t low = 0, high = seen->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct stk_ref *ref = &seen->v[mid].ref;
        if (ref->kind < kind || (ref->kind == kind && strcmp(ref->name, name) < 0))
            low = mid + 1;
        else
            high = mid;
    }
    for (high = low; high < seen->n; high++)
        if (seen->v[high].ref.kind != kind || strcmp(seen->v[high].ref.name, name) != 0)
            break;
    *ret_n = high - low;
    return low;
}

/* One-offs share their service's name and index, so that order alone does not find one. */
const struct stk_status *stk_seen_find(const struct stk_seen *seen, struct stk_ref ref)
{
    size_t n = 0, first = seen ? stk_seen_named(seen, ref.kind, ref.name, &n) : 0;
    for (size_t i = first; i < first + n; i++) {
        const struct stk_status *st = &seen->v[i];
        bool same_index = ref.kind != STK_SERVICE || st->ref.index == ref.index;
        if (!st->oneoff && same_index && !stk_status_is_previous(st))
            return st;
    }
    return NULL;
}
