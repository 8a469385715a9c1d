/* trace.h — what the program is doing, for those who ask: STACKCTL_TRACE=plan,http or all. To stderr. */
#ifndef STK_TRACE_H
#define STK_TRACE_H

#include <stdbool.h>

enum stk_topic { STK_TRACE_SPEC, STK_TRACE_PLAN, STK_TRACE_RUN, STK_TRACE_HTTP, STK_TRACE_DOCKER, STK_TOPIC_COUNT };

bool stk_tracing(enum stk_topic topic);
void stk_trace_all(void); /* as if STACKCTL_TRACE=all */
void stk_trace(enum stk_topic topic, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
