/* outcome_json.c — puts an outcome into JSON; what is unknown or does not apply is left out. */
#include "outcome_json.h"

#include <stdio.h>
#include <time.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "signals.h"
#include "text.h"

json_t *time_json(int64_t ns)
{
    time_t seconds = (time_t)(ns / STK_NS_PER_S);
    struct tm tm;
    char text[64], all[80];
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
    snprintf(all, sizeof(all), "%s.%09dZ", text, (int)(ns % STK_NS_PER_S));
    return json_string(all);
}

json_t *outcome_json(const struct stk_outcome *outcome)
{
    json_t *object = json_object();
    STK_CLEANUP(stk_buf_clearp) struct stk_buf name;
    stk_buf_init(&name, STK_KIB);
    json_object_set_new(object, "how", json_string(stk_end_name(outcome->end)));
    json_object_set_new(object, "exit_code", json_integer(outcome->exit_code));
    if (outcome->signal && stk_signal_add_name(&name, outcome->signal)) {
        json_object_set_new(object, "signal", json_integer(outcome->signal));
        json_object_set_new(object, "signal_name", json_string(name.bytes));
    }
    if (outcome->error)
        json_object_set_new(object, "error", stk_json_text_of(outcome->error));
    if (outcome->finished_ms)
        json_object_set_new(object, "finished_at", time_json(outcome->finished_ms * STK_NS_PER_MS));
    if (outcome->restarts)
        json_object_set_new(object, "restarts", json_integer(outcome->restarts));
    return object;
}

bool outcome_tells(const struct stk_outcome *outcome)
{
    return outcome->end != STK_END_NONE || outcome->restarts;
}
