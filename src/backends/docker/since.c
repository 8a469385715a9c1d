/* since.c — finds the end of a container's log by the engine's own clock. Reading it is logs.c. */
#include "since.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { HEAD = 8, STAMP = 30, LIMIT_MS = 10000 };

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stk_since *since = call->data;
    size_t room = sizeof(since->head) - since->size, n = size < room ? size : room;
    memcpy(since->head + since->size, bytes, n);
    since->size += n;
    return true;
}

void stk_since_send(struct stk_task *task, int step, struct stk_since *since, const char *id)
{
    since->size = 0;
    task->call.stream = on_stream;
    task->call.data = since;
    task->call.wait_ms = task->call.idle_ms = LIMIT_MS;
    stk_task_go(task, step, "GET", NULL,
                "/containers/%s/logs?stdout=1&stderr=1&timestamps=1&tail=1", id);
}

/* One nanosecond later, so that the message itself is left out. */
static void step_on(char stamp[STAMP + 1])
{
    char *fraction = stamp + strlen("2006-01-02T15:04:05.");
    unsigned long ns = strtoul(fraction, NULL, 10);
    if (ns < 999999999)
        snprintf(fraction, 11, "%09luZ", ns + 1);
}

void stk_since_read(const struct stk_since *since, const char *finished, char *ret, size_t size)
{
    char stamp[STAMP + 1] = "";
    bool framed = since->size > HEAD && since->head[0] < 4 && !since->head[1];
    const char *text = since->head + (framed ? HEAD : 0);
    if (since->size >= (size_t)(text - since->head) + STAMP && text[STAMP - 1] == 'Z' &&
        text[10] == 'T' && text[19] == '.') {
        memcpy(stamp, text, STAMP);
        step_on(stamp);
    }
    if (!stk_parse_rfc3339_ms(finished))
        finished = "";
    snprintf(ret, size, "%s", strcmp(stamp, finished) > 0 ? stamp : finished);
}
