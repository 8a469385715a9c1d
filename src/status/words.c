/* words.c — the words of events, which are Docker Compose's because scripts match them. */
#include "stackctl/events.h"

struct words {
    const char *begin, *done;
};

static const struct words phases[STK_PHASE_COUNT] = {
    [STK_PHASE_PULL] = { "Pulling", "Pulled" },
    [STK_PHASE_BUILD] = { "Building", "Built" },
    [STK_PHASE_CHECK] = { "Checking", "Checked" },
    [STK_PHASE_PUSH] = { "Pushing", "Pushed" },
    [STK_PHASE_CREATE] = { "Creating", "Created" },
    [STK_PHASE_START] = { "Starting", "Started" },
    [STK_PHASE_RECREATE] = { "Recreate", "Recreated" },
    [STK_PHASE_WAIT_HEALTHY] = { "Waiting", "Healthy" },
    [STK_PHASE_WAIT_COMPLETED] = { "Waiting", "Exited" },
    [STK_PHASE_WAIT_READY] = { "Waiting", "Healthy" },
    [STK_PHASE_STOP] = { "Stopping", "Stopped" },
    [STK_PHASE_RESTART] = { "Restarting", "Started" },
    [STK_PHASE_KILL] = { "Killing", "Killed" },
    [STK_PHASE_SIGNAL] = { "Signalling", "Signalled" },
    [STK_PHASE_PAUSE] = { "Pausing", "Paused" },
    [STK_PHASE_UNPAUSE] = { "Unpausing", "Unpaused" },
    [STK_PHASE_REMOVE] = { "Removing", "Removed" },
    [STK_PHASE_KEEP] = { "Running", "Running" },
    [STK_PHASE_ROLL_BACK] = { "Rolling back", "Rolled back" },
};

static const struct {
    const char *word, *key;
} kinds[] = {
    [STK_SERVICE] = { "Container", "service" },
    [STK_IMAGE] = { "Image", "image" },
    [STK_NETWORK] = { "Network", "network" },
    [STK_VOLUME] = { "Volume", "volume" },
};

const char *stk_kind_word(enum stk_kind kind)
{
    return kinds[kind].word;
}

const char *stk_kind_key(enum stk_kind kind)
{
    return kinds[kind].key;
}

const char *stk_event_word(enum stk_phase phase, enum stk_event_type type)
{
    switch (type) {
    case STK_EV_BEGIN:
    case STK_EV_PROGRESS:
    case STK_EV_OUTPUT:
        return phases[phase].begin;
    case STK_EV_DONE:
        return phases[phase].done;
    case STK_EV_FAILED:
        return "Error";
    case STK_EV_SKIPPED:
        return "Skipped";
    case STK_EV_SAID:
    case STK_EV_WARNING:
        return "Warning";
    }
    return "";
}
