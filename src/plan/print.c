/* print.c — a plan as text for people and as one JSON document for programs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "plan.h"
#include "stackctl/events.h"
#include "text.h"

static const struct {
    const char *sign, *colour;
} looks[] = {
    [STK_KEEP] = { " ", "" },
    [STK_PULL] = { "+", "\033[32m" },
    [STK_BUILD] = { "+", "\033[32m" },
    [STK_CREATE] = { "+", "\033[32m" },
    [STK_MAKE] = { " ", "" },
    [STK_START] = { ">", "\033[36m" },
    [STK_RECREATE] = { "~", "\033[33m" },
    [STK_RESTART] = { "~", "\033[33m" },
    [STK_WAIT] = { " ", "" },
    [STK_STOP] = { "-", "\033[31m" },
    [STK_KILL] = { "-", "\033[31m" },
    [STK_REMOVE] = { "-", "\033[31m" },
    [STK_ROLL_BACK] = { "~", "\033[33m" },
    [STK_GATE] = { " ", "" },
};

static void print_value(struct stk_buf *out, const char *value)
{
    if (value)
        stk_escape_control(out, value, strlen(value));
    else
        stk_buf_puts(out, "(none)");
}

static void print_action(struct stk_buf *out, const struct stk_action *a, int width, bool colour)
{
    const char *on = colour ? looks[a->verb].colour : "";
    stk_buf_printf(out, "  %s%s %-9s ", on, looks[a->verb].sign, stk_kind_word(a->ref.kind));
    print_value(out, a->name);
    int pad = width - (int)strlen(a->name);
    stk_buf_printf(out, "%*s  %s%s", pad > 0 ? pad : 0, "", stk_verb_word(a->verb),
                   *on ? "\033[0m" : "");
    if (a->why && strcmp(a->why, STK_PLAN_AS_WANTED) != 0) {
        stk_buf_puts(out, ": ");
        stk_escape_control(out, a->why, strlen(a->why));
    }
    if (a->batches > 1)
        stk_buf_printf(out, " (batch %u of %u)", a->batch, a->batches);
    stk_buf_putc(out, '\n');
    if (a->update)
        stk_buf_printf(out, "        update: %s\n", a->update);
    for (size_t i = 0; i < a->n_changes; i++) {
        stk_buf_puts(out, "        ");
        stk_escape_control(out, a->changes[i].key, strlen(a->changes[i].key));
        stk_buf_puts(out, ": ");
        print_value(out, a->changes[i].before);
        stk_buf_puts(out, " → ");
        print_value(out, a->changes[i].after);
        stk_buf_putc(out, '\n');
    }
}

static int name_width(const struct stk_plan *plan)
{
    size_t width = 0;
    for (size_t i = 0; i < plan->n; i++)
        if (stk_plan_shows(&plan->v[i]) && strlen(plan->v[i].name) > width)
            width = strlen(plan->v[i].name);
    return width > 50 ? 50 : (int)width;
}

char *stk_plan_text(const struct stk_plan *plan, bool colour)
{
    struct stk_buf out;
    stk_buf_init(&out, 64 * STK_MIB);
    size_t changes = stk_plan_changes(plan), kept = 0;
    for (size_t i = 0; i < plan->n; i++)
        kept += plan->v[i].verb == STK_KEEP;
    if (changes)
        stk_buf_printf(&out, "Plan for project '%s': %zu to do, %zu kept as they are\n",
                       plan->project, changes, kept);
    else
        stk_buf_printf(&out, "Plan for project '%s': nothing to change (%zu kept as they are)\n",
                       plan->project, kept);
    int width = name_width(plan);
    for (size_t i = 0; i < plan->n; i++)
        if (stk_plan_shows(&plan->v[i]))
            print_action(&out, &plan->v[i], width, colour);
    for (size_t i = 0; i < plan->n_notes; i++)
        stk_buf_printf(&out, "note: %s\n", plan->notes[i]);
    return stk_buf_take(&out);
}

static json_t *string_or_null(const char *s)
{
    return s ? json_string_nocheck(s) : json_null();
}

static json_t *changes_json(const struct stk_action *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->n_changes; i++) {
        json_t *change = json_object();
        json_object_set_new(change, "key", json_string_nocheck(a->changes[i].key));
        json_object_set_new(change, "before", string_or_null(a->changes[i].before));
        json_object_set_new(change, "after", string_or_null(a->changes[i].after));
        json_array_append_new(list, change);
    }
    return list;
}

static json_t *action_json(const struct stk_action *a)
{
    json_t *object = json_object();
    json_object_set_new(object, "action", json_string(stk_verb_word(a->verb)));
    json_object_set_new(object, "kind", json_string(stk_kind_key(a->ref.kind)));
    json_object_set_new(object, stk_kind_key(a->ref.kind), json_string_nocheck(a->ref.name));
    if (a->ref.kind == STK_SERVICE)
        json_object_set_new(object, "index", json_integer(a->ref.index));
    json_object_set_new(object, "name", json_string_nocheck(a->name));
    json_object_set_new(object, "reason", string_or_null(a->why));
    json_object_set_new(object, "changes", changes_json(a));
    if (a->batches) {
        json_object_set_new(object, "batch", json_integer(a->batch));
        json_object_set_new(object, "batches", json_integer(a->batches));
    }
    return object;
}

char *stk_plan_json(const struct stk_plan *plan)
{
    json_t *root = json_object(), *actions = json_array(), *notes = json_array();
    for (size_t i = 0; i < plan->n; i++)
        if (stk_plan_shows(&plan->v[i]))
            json_array_append_new(actions, action_json(&plan->v[i]));
    for (size_t i = 0; i < plan->n_notes; i++)
        json_array_append_new(notes, json_string_nocheck(plan->notes[i]));
    json_object_set_new(root, "schema", json_string("stackctl.plan/1"));
    json_object_set_new(root, "project", json_string_nocheck(plan->project));
    json_object_set_new(root, "changes", json_integer((json_int_t)stk_plan_changes(plan)));
    json_object_set_new(root, "actions", actions);
    json_object_set_new(root, "notes", notes);
    char *text = stk_escape_json_taken(json_dumps(root, JSON_INDENT(2)));
    json_decref(root);
    return text;
}
