/* conflict.c — words the refusals that come from a name or a port being somebody else's. */
#include "conflict.h"

#include <stdlib.h>
#include <string.h>

#include "labels.h"
#include "shares.h"
#include "text.h"

static const struct stk_src nowhere;

static char *whose(const json_t *labels)
{
    const char *project = stk_json_text(labels, STK_LABEL_PROJECT);
    return project ? stk_printf("project '%s'", project) : stk_strdup("not part of any project");
}

bool stk_conflict_foreign(const struct stk_unit *unit, const json_t *found,
                          struct stk_error *reterr)
{
    const json_t *labels = stk_json_get(stk_json_get(found, "Config"), "Labels");
    const char *id = stk_json_text(found, "Id");
    const char *service = stk_json_text(labels, STK_LABEL_SERVICE);
    bool same_project = stk_streq(stk_json_text(labels, STK_LABEL_PROJECT), unit->spec->project);
    bool same = same_project && stk_streq(service, unit->ref.name);
    if (same && !(unit->ref.kind == STK_SERVICE && unit->service->oneoff))
        return false; /* a one-off is always another */
    STK_CLEANUP(stk_charp)
    char *who = same_project ? stk_printf("service '%s' of this project", service ? service : "?")
                             : whose(labels);
    stk_fail(reterr, STK_ECONFLICT, nowhere, "the name '%s' is taken by container %.12s (%s)",
             unit->name, id ? id : "?", who);
    return true;
}

/* "Bind for 0.0.0.0:8080 failed: port is already allocated",
 * "listen tcp4 127.0.0.1:8080: bind: address already in use" */
unsigned stk_conflict_port(const char *message)
{
    static const char *const ends[] = { " failed: port is already allocated",
                                        ": bind: address already in use" };
    for (size_t i = 0; i < STK_LEN(ends); i++) {
        const char *end = strstr(message, ends[i]), *begin = end;
        while (begin && begin > message && begin[-1] >= '0' && begin[-1] <= '9')
            begin--;
        if (begin && begin < end && begin > message && begin[-1] == ':')
            return (unsigned)strtoul(begin, NULL, 10);
    }
    return 0;
}

bool stk_conflict_holder(const json_t *list, unsigned port, const char *self,
                         struct stk_error *reterr)
{
    for (size_t i = 0; i < stk_json_n(list); i++) {
        const json_t *container = stk_json_at(list, i);
        const char *name = stk_container_name(stk_json_get(container, "Names"));
        if (!name || stk_streq(name, self))
            continue;
        STK_CLEANUP(stk_charp) char *who = whose(stk_json_get(container, "Labels"));
        stk_fail(reterr, STK_ECONFLICT, nowhere, "port %u is held by container '%s' (%s)", port,
                 name, who);
        return true;
    }
    return false;
}
