/* probe.c — runs a container's health check again and again until it passes, at most a few checks
 * at a time. One run is exec.c; what a success or failure means is decided by those who wait. */
#include "probe.h"

#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "text.h"
#include "trace.h"

enum state { OFF, QUEUED, RUNNING, PAUSED, OVERRUN };

enum { DEFAULT_LIMIT_MS = 30000, NS_PER_MS = 1000000 };

/* ---- what the check is ---- */

static const json_t *check_of(const json_t *container)
{
    return stk_json_get(stk_json_get(container, "Config"), "Healthcheck");
}

/* Test is ["CMD", word...] or ["CMD-SHELL", line], the latter for the container's shell. */
json_t *stk_probe_command(const json_t *container)
{
    const json_t *test = stk_json_get(check_of(container), "Test");
    const char *form = json_string_value(stk_json_at(test, 0));
    bool shell = stk_streq(form, "CMD-SHELL");
    if ((!shell && !stk_streq(form, "CMD")) || stk_json_n(test) < 2)
        return NULL;
    const json_t *own = stk_json_get(stk_json_get(container, "Config"), "Shell");
    json_t *words = shell && !stk_json_n(own) ? json_pack("[s, s]", "/bin/sh", "-c") : json_array();
    if (shell && stk_json_n(own))
        json_array_extend(words, (json_t *)(uintptr_t)own);
    for (size_t i = 1; i < stk_json_n(test); i++)
        json_array_append(words, (json_t *)(uintptr_t)stk_json_at(test, i));
    return words;
}

unsigned stk_probe_limit_ms(const json_t *container)
{
    int64_t ms = stk_json_int(check_of(container), "Timeout") / NS_PER_MS;
    if (ms <= 0)
        return DEFAULT_LIMIT_MS;
    return ms < INT32_MAX ? (unsigned)ms : INT32_MAX;
}

/* ---- the budget ---- */

static void run(struct stk_probe *probe);

static void take_place(struct stk_probe *probe)
{
    probe->docker->probes.running++;
    probe->has_place = true;
}

static void give_place(struct stk_probe *probe)
{
    struct stk_docker *docker = probe->docker;
    stk_timer_stop(&probe->slow);
    if (!probe->has_place)
        return;
    probe->has_place = false;
    docker->probes.running--;
    struct stk_probe *next = docker->probes.first;
    if (!next)
        return;
    docker->probes.first = next->next;
    run(next);
}

static void on_slow(struct stk_timer *timer)
{
    give_place(timer->data);
}

static void queue(struct stk_probe *probe)
{
    struct stk_docker *docker = probe->docker;
    if (docker->probes.running < STK_PROBE_BUDGET) {
        run(probe);
        return;
    }
    struct stk_probe **at = &docker->probes.first;
    while (*at)
        at = &(*at)->next;
    probe->state = QUEUED;
    probe->next = NULL;
    *at = probe;
}

static void leave_queue(struct stk_probe *probe)
{
    struct stk_probe **at = &probe->docker->probes.first;
    while (*at && *at != probe)
        at = &(*at)->next;
    if (*at)
        *at = probe->next;
}

/* ---- one run after the other ---- */

static void on_ended(struct stk_op *op);

static void run(struct stk_probe *probe)
{
    take_place(probe);
    probe->state = RUNNING;
    stk_exec_clear(&probe->exec);
    probe->exec = (struct stk_exec){
        .op = { .done = on_ended, .data = probe, .timeout_ms = probe->limit_ms },
        .container = probe->container,
        .command = probe->command,
    };
    stk_timer_start(probe->docker->loop, &probe->slow, STK_PROBE_SLOW_MS);
    stk_exec_run(probe->docker, &probe->exec);
}

static void pause_then_run(struct stk_probe *probe)
{
    probe->state = PAUSED;
    stk_timer_start(probe->docker->loop, &probe->timer, probe->pause_ms);
    unsigned longer = probe->pause_ms * 2;
    probe->pause_ms = longer < STK_PROBE_LONGEST_MS ? longer : STK_PROBE_LONGEST_MS;
}

static void note(struct stk_probe *probe, int exit_code, const char *text, size_t size)
{
    stk_trace(STK_TRACE_DOCKER, "probe of %.12s: exited %d", probe->container, exit_code);
    probe->ran = true;
    probe->exit_code = exit_code;
    stk_buf_reset(&probe->output);
    stk_buf_add(&probe->output, text, size);
}

static void ask_whether_it_goes_on(struct stk_probe *probe)
{
    stk_call_clear(&probe->call);
    probe->call.method = "GET";
    probe->call.path = stk_printf("/exec/%s/json", probe->exec.id);
    stk_call_send(probe->docker, &probe->call);
}

/* A command that hangs is not started again beside itself. */
static void on_told(struct stk_op *op)
{
    struct stk_probe *probe = op->data;
    bool goes_on = !op->err.code && stk_json_bool(probe->call.json, "Running");
    if (!goes_on)
        probe->state = PAUSED;
    stk_timer_start(probe->docker->loop, &probe->timer, STK_PROBE_LONGEST_MS);
}

static void on_overrun(struct stk_probe *probe)
{
    /* The engine gives such a run of its own the exit code -1 and much the same words. */
    STK_CLEANUP(stk_charp)
    char *words = stk_printf("the check did not end within %g s", probe->limit_ms / 1000.0);
    note(probe, -1, words, strlen(words));
    if (!probe->exec.id) {
        pause_then_run(probe);
        return;
    }
    probe->state = OVERRUN;
    ask_whether_it_goes_on(probe);
}

static void on_ended(struct stk_op *op)
{
    struct stk_probe *probe = op->data;
    struct stk_exec *exec = &probe->exec;
    enum stk_code code = op->err.code;
    give_place(probe);
    if (code == STK_ETIMEOUT) {
        on_overrun(probe);
        return;
    }
    if (!code)
        note(probe, exec->exit_code, exec->output.bytes, exec->output.size);
    if (!code && exec->exit_code == 0) {
        probe->state = OFF;
        probe->passed(probe); /* may stop and clear it */
        return;
    }
    pause_then_run(probe); /* also when it could not be started: the container may not be up yet */
}

static void on_timer(struct stk_timer *timer)
{
    struct stk_probe *probe = timer->data;
    if (probe->state == OVERRUN)
        ask_whether_it_goes_on(probe);
    else
        queue(probe);
}

void stk_probe_start(struct stk_docker *docker, struct stk_probe *probe, const json_t *container)
{
    const char *id = stk_json_text(container, "Id");
    if (probe->state != OFF || !id)
        return;
    json_decref(probe->command);
    probe->command = stk_probe_command(container);
    if (!probe->command)
        return;
    free(probe->container);
    probe->container = stk_strdup(id);
    probe->docker = docker;
    probe->limit_ms = stk_probe_limit_ms(container);
    probe->pause_ms = STK_PROBE_FIRST_MS;
    probe->timer = (struct stk_timer){ .fire = on_timer, .data = probe };
    probe->slow = (struct stk_timer){ .fire = on_slow, .data = probe };
    probe->call.op = (struct stk_op){ .done = on_told, .data = probe };
    probe->output.max = STK_EXEC_OUTPUT;
    queue(probe);
}

void stk_probe_stop(struct stk_probe *probe)
{
    if (probe->state == QUEUED)
        leave_queue(probe);
    if (probe->state != OFF) {
        stk_timer_stop(&probe->timer);
        stk_exec_abandon(&probe->exec);
        stk_call_abandon(&probe->call);
        stk_call_clear(&probe->call);
        probe->state = OFF;
    }
    if (probe->docker)
        give_place(probe);
}

void stk_probe_clear(struct stk_probe *probe)
{
    stk_probe_stop(probe);
    stk_exec_clear(&probe->exec);
    stk_buf_clear(&probe->output);
    json_decref(TAKE(probe->command));
    free(TAKE(probe->container));
}
