/* up.h — what the files of the plan of `up` share: what was decided for each node of the graph. */
#ifndef STK_PLAN_UP_H
#define STK_PLAN_UP_H

#include "build.h"

/* What was planned for one node of the graph. */
struct choice {
    bool in_scope;
    bool job; /* it is waited for until it has ended */
    const struct stk_status *seen;
    int act;                         /* the action that brings it up, or NO_ACTION */
    int make;                        /* makes its container ahead, or NO_ACTION */
    bool needed;                     /* another service's container comes after it */
    int stop;                        /* its instance is stopped first (its network changes) */
    int waits[STK_UNTIL_EXITED + 1]; /* WAIT actions on it, by condition */
};

struct up {
    struct planner *p;
    struct choice *choices; /* by node */
    bool *network_changes;  /* by network of the spec */
    int verdict;            /* GATE over the whole plan, when its failure undoes it; or NO_ACTION */
};

/* The action after which the condition holds for that node, made when first asked for; NO_ACTION when
 * it holds already. */
int up_wait_for(struct up *u, unsigned node, enum stk_until until);

/* ahead.c: what is made before it may be started. */
void up_ahead(struct up *u);

/* update.c: replaced instances keep the old one until the new one is ready, batch by batch. */
void up_updates(struct up *u);
/* What an update has set aside of that instance, or NULL. */
const struct stk_status *up_set_aside(const struct planner *p, const struct stk_ref *ref);
/* The plan of going back by hand, instead of all else. */
void up_go_back(struct planner *p);

/* undo.c: the gate after all that was planned, and what comes when it does not let pass. */
void up_verdict(struct up *u);
void up_undo(struct up *u);

#endif
