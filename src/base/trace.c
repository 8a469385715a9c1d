/* trace.c — one line a fact, prefixed by its topic. */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const topics[STK_TOPIC_COUNT] = {
    [STK_TRACE_SPEC] = "spec", [STK_TRACE_PLAN] = "plan",     [STK_TRACE_RUN] = "run",
    [STK_TRACE_HTTP] = "http", [STK_TRACE_DOCKER] = "docker",
};
static bool loaded, on[STK_TOPIC_COUNT];

static void load(void)
{
    loaded = true;
    const char *wanted = getenv("STACKCTL_TRACE");
    for (size_t i = 0; wanted && i < STK_TOPIC_COUNT; i++)
        on[i] = strstr(wanted, topics[i]) != NULL || strcmp(wanted, "all") == 0;
}

void stk_trace_all(void)
{
    loaded = true;
    for (size_t i = 0; i < STK_TOPIC_COUNT; i++)
        on[i] = true;
}

bool stk_tracing(enum stk_topic topic)
{
    if (!loaded)
        load();
    return on[topic];
}

void stk_trace(enum stk_topic topic, const char *fmt, ...)
{
    if (!stk_tracing(topic))
        return;
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    fprintf(stderr, "%s: %s\n", topics[topic], line);
}
