/* outside.h — asks from outside whether a container is ready, for images without a shell: a port that
 * takes connections, an answer over HTTP, a file in it, a line of its log. One after the other, each until
 * it is so, with the back-off of health checks. What that means is decided by those who wait. */
#ifndef STK_DOCKER_OUTSIDE_H
#define STK_DOCKER_OUTSIDE_H

#include <regex.h>

#include "engine.h"
#include "frames.h"
#include "http.h"

struct stk_outside {
    void (*passed)(struct stk_outside *outside); /* from the loop; it is off then */
    void *data;
    /* result of the last look, "tcp 172.18.0.2:5432: connection refused"; empty: none yet */
    struct stk_buf told;
    /* private */
    struct stk_docker *docker;
    const struct stk_ready *ready;
    char *container, *started; /* its id, and which run of it */
    char **addresses;          /* where the port of this question may be reached */
    size_t n_addresses, at;
    json_t *look;  /* its single inspect */
    json_t *owner; /* that of the container whose network it has, once asked for */
    bool asks_owner;
    int state, question;
    unsigned pause_ms;
    struct stk_http_req http;
    struct stk_call call;
    struct stk_timer timer;
    char *url;
    struct stk_frames frames;
    struct stk_buf lines[2]; /* of stdout and stderr: a line without its end yet */
    regex_t regex;
    bool has_regex, matched;
};

/* Turns it on, unless it is on for this run of the container, as a single inspect shows it. ready is
 * borrowed until it is off. */
void stk_outside_start(struct stk_docker *docker, struct stk_outside *outside,
                       const struct stk_ready *ready, const json_t *container);
/* Turns it off and lets go of what is under way. Idempotent; zero is a good start. */
void stk_outside_stop(struct stk_outside *outside);
void stk_outside_clear(struct stk_outside *outside); /* stops it, and frees the result */

/* outside_address.c: "HOST:PORT" of every way to a port of the container, the best one first; malloc'd
 * each and as a whole. */
char **stk_outside_addresses(const struct stk_docker *docker, const json_t *container,
                             const char *port, size_t *ret_n);

/* outside_log.c: reads the log of this run and ends the call when a line matches: outside->matched. */
void stk_outside_read_log(struct stk_outside *outside);
void stk_outside_end_log(
    struct stk_outside *outside); /* it ended: last lines without an end count */
void stk_outside_leave_log(struct stk_outside *outside);

#endif
