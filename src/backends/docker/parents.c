/* parents.c — looks up the containers of the services that a service takes something from, one
 * service after the other. What is made of them is shares.c. */
#include "labels.h"
#include "service.h"
#include "shares.h"

/* The containers of the next service it takes something from; when all are known, what comes
 * after. */
void stk_parents_find(struct service *s)
{
    size_t n = json_array_size(s->wanted);
    if (!n) {
        stk_service_begin(s);
        return;
    }
    const char *service = json_string_value(json_array_get(s->wanted, n - 1));
    STK_CLEANUP(stk_charp)
    char *project = stk_printf(STK_LABEL_PROJECT "=%s", s->unit->spec->project);
    STK_CLEANUP(stk_charp) char *of = stk_printf(STK_LABEL_SERVICE "=%s", service);
    STK_CLEANUP(stk_charp)
    char *filter = stk_url_filters(
        json_pack("{s:[s, s, s]}", "label", project, of, STK_LABEL_ONEOFF "=False"));
    s->task.call.list = true;
    stk_task_go(&s->task, PARENTS, "GET", NULL, "/containers/json?all=1&filters=%s", filter);
}

void stk_parents_found(struct service *s)
{
    size_t n = json_array_size(s->wanted);
    if (stk_service_failed(s)) {
        stk_task_fail(&s->task);
        return;
    }
    if (!s->parents)
        s->parents = json_object();
    json_object_set_new(s->parents, json_string_value(json_array_get(s->wanted, n - 1)),
                        stk_shares_read(s->task.call.json));
    json_array_remove(s->wanted, n - 1);
    stk_parents_find(s);
}
