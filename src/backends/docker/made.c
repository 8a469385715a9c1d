/* made.c — an instance whose container was made ahead, while it waited for others: it gets what a file may have
 * been given since, and is started. Everything else was done when it was made. */
#include "given.h"
#include "service.h"
#include "shares.h"
#include "text.h"

bool stk_made_is_gone(const struct service *s)
{
    return s->ahead && stk_service_failed(s) == STK_EABSENT;
}

/* What a job before it may have written; what the stack file and the environment say stays as it was. */
static bool has_files_to_copy(const struct service *s)
{
    const struct stk_service *service = s->unit->service;
    bool local = stk_docker_socket(s->task.docker) != NULL;
    for (size_t i = 0; i < stk_given_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(service, i, &what);
        if (!stk_given_is_mounted(service, ref, local) && stk_given_is_file(ref))
            return true;
    }
    return false;
}

static void from_the_beginning(struct service *s)
{
    s->ahead = false;
    free(s->id);
    s->id = NULL;
    s->next_network = 0;
    s->wanted = stk_shares_wanted(s->unit->service);
    stk_parents_find(s);
}

static void go_on(struct service *s)
{
    s->ahead = true;
    s->id = stk_strdup(s->req->made);
    s->next_network = s->unit->service->n_networks; /* it is on all of them */
    if (has_files_to_copy(s))
        stk_service_deliver(s);
    else
        stk_service_run(s);
}

void stk_made_begin(struct service *s)
{
    if (s->req->made && !s->ahead)
        go_on(s);
    else
        from_the_beginning(s);
}
