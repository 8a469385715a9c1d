/* event_stream.h — what happens to a project's containers, as the engine tells it. An engine that goes
 * away is waited for, and the stream goes on where it broke: nothing that the engine still knows is
 * lost or told twice. */
#ifndef STACKCTL_DOCKER_EVENT_STREAM_H
#define STACKCTL_DOCKER_EVENT_STREAM_H

#include "stackctl/docker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All borrowed for the call. */
struct stk_docker_event {
    int64_t time_ns;           /* since 1970, by the engine's clock */
    const char *action;        /* "start", "die", "exec_create: true", "health_status: healthy" */
    const char *id;            /* of the container */
    const char *name;          /* its name, or NULL */
    const char *service;       /* or NULL */
    struct stk_kvs attributes; /* sorted; Docker Compose's and our own labels left out */
    bool oneoff;
    bool died;                  /* a run of it ended ... */
    struct stk_outcome outcome; /* ... so */
};

enum stk_stream_news {
    STK_STREAM_BROKE, /* message says why; it is tried again until it works or is canceled */
    STK_STREAM_GOES_ON,
    STK_STREAM_GAP, /* it goes on, but the engine has forgotten what came before: some may be missing */
};

/* Ends at until, or when canceled; fails when the engine refuses or cannot be reached at first. */
struct stk_event_stream_req {
    struct stk_op op;
    const char *project;
    const char *since,
        *until; /* RFC 3339 or seconds since 1970 with fraction, or NULL: from now, for ever */
    struct stk_strs actions; /* only these; none: all */
    void (*event)(struct stk_event_stream_req *req, const struct stk_docker_event *event);
    void (*news)(struct stk_event_stream_req *req, enum stk_stream_news news,
                 const char *message); /* or NULL */
};
void stk_docker_event_stream(struct stk_docker *docker, struct stk_event_stream_req *req);

#ifdef __cplusplus
}
#endif
#endif
