/* goal.h — what options say, as a goal. Shared by up and plan, which must mean the same. */
#ifndef STK_GOAL_H
#define STK_GOAL_H

#include "command.h"

#define STK_ON_FAILURE_CHOICES "keep|stop|rollback"
#define STK_PULL_CHOICES "always|missing|never|policy|build"

/* 0, or the exit status after telling what is wrong. */
int stk_goal_up(struct cli *cli, struct stk_goal *ret);

#endif
