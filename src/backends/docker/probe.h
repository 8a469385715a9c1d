/* probe.h — a container's own health check, run by us while somebody waits for it: at once and then
 * with back-off, sooner and more often than the engine does. Only a first success counts; failures
 * are tried again, and what they mean is left to the engine's own schedule. */
#ifndef STK_DOCKER_PROBE_H
#define STK_DOCKER_PROBE_H

#include "engine.h"
#include "exec.h"

enum {
    STK_PROBE_BUDGET = 4,     /* runs at a time, over all containers ... */
    STK_PROBE_SLOW_MS = 1000, /* ... but one that takes longer gives its place to others */
};

struct stk_probe {
    void (*passed)(struct stk_probe *probe); /* from the loop; the probe is off then */
    void *data;
    /* results of the last run that ended */
    bool ran;
    int exit_code;
    struct stk_buf output;
    /* private */
    struct stk_docker *docker;
    char *container;
    json_t *command;
    unsigned limit_ms, pause_ms;
    int state;
    bool has_place;
    struct stk_exec exec;
    struct stk_call call;         /* about one that overran its limit */
    struct stk_timer timer, slow; /* the pause between two runs; the place given up */
    struct stk_probe *next;       /* in the queue for a place */
};

/* Turns it on, unless it is, for a container as a single inspect shows it. One without a check
 * leaves it off. */
void stk_probe_start(struct stk_docker *docker, struct stk_probe *probe, const json_t *container);
/* Turns it off and lets go of a run under way. Idempotent; zero is a good start. */
void stk_probe_stop(struct stk_probe *probe);
void stk_probe_clear(struct stk_probe *probe); /* stops it, and frees the results */

/* What a check runs, as an array of words, or NULL: there is none. */
json_t *stk_probe_command(const json_t *container);
/* How long one run may take: the check's timeout, else 30 s as the engine has it. */
unsigned stk_probe_limit_ms(const json_t *container);

#endif
