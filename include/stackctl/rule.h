/* rule.h — the kinds of problems a stack file can have. Each has an id that stays as it is, for tools
 * that sort, count or leave out. */
#ifndef STACKCTL_RULE_H
#define STACKCTL_RULE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum stk_severity { STK_ERROR, STK_WARNING };

enum stk_rule {
    STK_RULE_INVALID_VALUE, /* also what has no rule of its own */
    /* errors */
    STK_RULE_UNREADABLE,
    STK_RULE_SYNTAX,
    STK_RULE_DUPLICATE_KEY,
    STK_RULE_UNKNOWN_KEY,
    STK_RULE_WRONG_TYPE,
    STK_RULE_MISSING_KEY,
    STK_RULE_VARIABLE,
    STK_RULE_PROJECT_NAME,
    STK_RULE_MERGE,
    STK_RULE_INCLUDE,
    STK_RULE_EXTENDS,
    STK_RULE_UNDEFINED,
    STK_RULE_DISABLED,
    STK_RULE_NO_IMAGE,
    STK_RULE_CYCLE,
    STK_RULE_CONTRADICTION,
    STK_RULE_PORT_TWICE,
    STK_RULE_NAME_TWICE,
    /* warnings of every command */
    STK_RULE_UNSET_VARIABLE,
    STK_RULE_IGNORED,
    STK_RULE_OBSOLETE,
    STK_RULE_NO_EFFECT,
    STK_RULE_SEVERAL_FILES,
    STK_RULE_NO_SHELL,
    STK_RULE_REPLACED,
    STK_RULE_OLD_BOOLEAN,
    /* warnings of lint */
    STK_RULE_UNUSED,
    STK_RULE_IMAGE_TAG,
    STK_RULE_CHANGED_VALUE,
    STK_RULE_DECIMAL_MODE,
    STK_RULE_SHELL_PID_1,
    STK_RULE_NO_HEALTHCHECK,
    STK_RULE_NOT_AWAITED,
    STK_RULE_OPEN_PORT,
    STK_RULE_COUNT
};

struct stk_rule_info {
    const char *id;             /* "unknown-key" */
    enum stk_severity severity; /* what it mostly is */
    bool lint_only;             /* told by lint alone: advice, not what stands in anybody's way */
    const char *help;           /* one line for people */
};
const struct stk_rule_info *stk_rule_info(enum stk_rule rule);

#ifdef __cplusplus
}
#endif
#endif
