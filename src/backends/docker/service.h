/* service.h — what service.c and replace.c share: bringing up one instance of a service. */
#ifndef STK_DOCKER_SERVICE_H
#define STK_DOCKER_SERVICE_H

#include "engine.h"
#include "hooked.h"
#include "login.h"
#include "pull.h"
#include "since.h"

enum { WORK_MS = 75000, RETRY_MS = 100, TRIES = 50 };

enum service_step {
    BEGIN,
    PARENTS,
    LOOK,
    IMAGE,
    LOGIN,
    PULL,
    CREATE,
    HOLDER,
    CLEAR,
    AGAIN,
    TAIL,
    DELIVER,
    CONNECT,
    STOP_OLD,
    SET_ASIDE,
    REMOVE_OLD,
    REMOVE_AGAIN,
    RENAME,
    RENAME_AGAIN,
    START,
    PORT,
    POST_START,
    PRE_STOP,
    DROP_NEW,
};

struct service {
    struct stk_task task;
    struct stk_start_req *req;
    const struct stk_unit *unit;
    struct stk_login_req login;
    struct stk_pull pull;
    char *id;            /* the container to be started */
    char *name;          /* under which it is created: the unit's, or a temporary one */
    char *old_id;        /* the one to be replaced */
    json_t *old;         /* its single inspect */
    json_t *wanted;      /* services it takes something from, still to be looked up; last first */
    json_t *parents;     /* their containers */
    json_t *attached;    /* networks that the container to be started is on, or NULL */
    size_t next_network; /* of the unit's, to be connected */
    struct stk_since since;
    struct stk_hooked hooked;
    char *finished; /* when its last run ended */
    bool looked, by_name, pulled, misnamed, renaming, warned;
    bool ahead; /* it was made ahead, as far as we know */
    unsigned tries;
    struct stk_error refusal; /* of a start, while its reason is looked for */
};

enum stk_code stk_service_failed(const struct service *s); /* the code of the last answer */
/* Ends it with the engine's words. What is not there is something the container needs, not the
 * container itself. */
void stk_service_fail_in(struct service *s, const char *doing);
void stk_service_run(struct service *s);
/* The step of running those hooks (hooks.h) in a container; false: there are none. */
bool stk_service_hook(struct service *s, int step, const char *container, const char *config);

void stk_service_begin(struct service *s);

/* Sends its copies, and goes on with its networks and its start. */
void stk_service_deliver(struct service *s);

/* made.c: begins with what was made ahead, else, or when that is gone, at the beginning. */
void stk_made_begin(struct service *s);
bool stk_made_is_gone(const struct service *s); /* by the last answer */

/* parents.c: looks s->wanted up, then begins. */
void stk_parents_find(struct service *s);
void stk_parents_found(struct service *s); /* the answer */

/* deliver.c: sends the copies of its secrets and configs into the container. */
enum stk_delivery { STK_DELIVERY_NONE, STK_DELIVERY_SENT, STK_DELIVERY_FAILED };
enum stk_delivery stk_deliver_send(struct service *s, struct stk_error *reterr);

/* replace.c: from the new container being there to its having the old one's name. */
void stk_replace_begin(struct service *s, json_t *found); /* found: the one to be replaced */
void stk_replace_old(struct service *s);      /* what becomes of the old one, as asked */
void stk_replace_stop_old(struct service *s); /* after its hooks */
void stk_replace_remove_old(struct service *s);
void stk_replace_rename(struct service *s);
/* Answers. */
void stk_replace_hooked(struct service *s);
void stk_replace_dropped(struct service *s);
void stk_replace_stopped(struct service *s);
void stk_replace_set_aside(struct service *s);
void stk_replace_removed(struct service *s);
void stk_replace_renamed(struct service *s);
void stk_replace_name_holder(struct service *s, json_t *found, const char *id);

#endif
