/* events.h — the one stream that the screen, --progress json and the tests read. Nothing else prints. */
#ifndef STACKCTL_EVENTS_H
#define STACKCTL_EVENTS_H

#include "stackctl/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The words are Docker Compose's, which scripts match: stk_event_word gives "Creating"/"Created". */
enum stk_phase {
    STK_PHASE_PULL,
    STK_PHASE_BUILD,
    STK_PHASE_CHECK, /* what would be built was only looked over */
    STK_PHASE_PUSH,
    STK_PHASE_CREATE,
    STK_PHASE_START, /* created and started, or started again */
    STK_PHASE_RECREATE,
    STK_PHASE_WAIT_HEALTHY,
    STK_PHASE_WAIT_COMPLETED,
    STK_PHASE_WAIT_READY,
    STK_PHASE_STOP,
    STK_PHASE_RESTART,
    STK_PHASE_KILL,
    STK_PHASE_SIGNAL, /* any other than SIGKILL: what comes of it is the container's business */
    STK_PHASE_PAUSE,
    STK_PHASE_UNPAUSE,
    STK_PHASE_REMOVE,
    STK_PHASE_KEEP,      /* is as it should be, untouched */
    STK_PHASE_ROLL_BACK, /* what was replaced takes its place again */
    STK_PHASE_COUNT
};

enum stk_event_type {
    STK_EV_BEGIN,
    STK_EV_PROGRESS,
    STK_EV_DONE,
    STK_EV_FAILED,
    STK_EV_SKIPPED, /* not tried: why says what failed before */
    STK_EV_WARNING, /* no unit needed */
    STK_EV_SAID,    /* a line that a hook printed is the message */
    STK_EV_OUTPUT,  /* a line that a build said, in message */
};

struct stk_event {
    enum stk_event_type type;
    enum stk_phase phase;
    struct stk_ref ref;
    const struct stk_unit *unit; /* as the file wants it; NULL when only the engine knows it */
    const char *name;            /* on the engine; NULL for a warning about nothing particular */
    unsigned elapsed_ms;         /* DONE, FAILED: since BEGIN */
    unsigned grace_ms;           /* BEGIN of a stop: SIGKILL follows after that long */
    const struct stk_progress *progress; /* PROGRESS */
    const char
        *message; /* FAILED, SKIPPED, WARNING, SAID, OUTPUT; PROGRESS of a stop: who takes long */
    enum stk_code code; /* FAILED */
    struct stk_src src; /* FAILED: the place in the file, or line 0 */
    const struct stk_status
        *status;          /* FAILED: how the culprit ended, when known; DONE of a keep: as it is */
    const char *log_tail; /* FAILED: its last lines, or NULL */
    const char *chain;    /* FAILED: who needs it, "web → api → db"; NULL: nobody */
    const char *since;    /* DONE of a start: stk_start_req.since */
};

struct stk_sink {
    void (*event)(struct stk_sink *sink, const struct stk_event *ev);
};

/* "Container", "Network", "Volume", "Image"; and as files and JSON call them: "service", "network", … */
const char *stk_kind_word(enum stk_kind kind);
const char *stk_kind_key(enum stk_kind kind);
/* "Starting" for BEGIN, "Started" for DONE, "Error" for FAILED, "Skipped". */
const char *stk_event_word(enum stk_phase phase, enum stk_event_type type);

#ifdef __cplusplus
}
#endif
#endif
