/* doctor.c — doctor: is all there that a stack needs, and what to type where it is not. Changes nothing.
 * What is looked at is in doctor_*.c. */
#include "doctor.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "text.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "json", 0, OPT_FLAG, AT(json), NULL, "All that was found as one JSON object" },
    { 0 },
};

static const char *const words[] = {
    [HEALTH_OK] = "ok",
    [HEALTH_NOTE] = "note",
    [HEALTH_WARNING] = "warning",
    [HEALTH_ERROR] = "error",
};

void doctor_tell(struct doctor *doctor, const char *what, enum health health, enum stk_code code,
                 const char *fix, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    STK_CLEANUP(stk_charp) char *says = NULL;
    if (vasprintf(&says, fmt, ap) < 0)
        stk_out_of_memory();
    va_end(ap);
    doctor->v = stk_grow(doctor->v, doctor->n, &doctor->cap, sizeof(*doctor->v));
    doctor->v[doctor->n++] = (struct finding){
        .what = what,
        .health = health,
        .code = code,
        .says = stk_arena_strdup(doctor->cli->arena, says),
        .fix = stk_arena_strdup(doctor->cli->arena, fix),
    };
}

int doctor_examine(struct doctor *doctor)
{
    doctor_engine(doctor);
    if (doctor->about.op.err.code == STK_ECANCELED)
        return stk_code_info(STK_ECANCELED)->exit_status;
    doctor_host(doctor);
    doctor_stack(doctor);
    return 0;
}

void doctor_print(const struct doctor *doctor, bool only_bad)
{
    for (size_t i = 0; i < doctor->n; i++) {
        const struct finding *f = &doctor->v[i];
        if (only_bad && f->health < HEALTH_WARNING)
            continue;
        stk_say(stdout, "%-8s %-12s %s", words[f->health], f->what, f->says);
        if (f->fix)
            stk_say(stdout, "%-8s %-12s fix: %s", "", "", f->fix);
    }
}

int doctor_status(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->n; i++)
        if (doctor->v[i].health == HEALTH_ERROR)
            return stk_code_info(doctor->v[i].code)->exit_status;
    return 0;
}

static void print_json(const struct doctor *doctor)
{
    json_t *object = json_object(), *checks = json_array();
    for (size_t i = 0; i < doctor->n; i++) {
        const struct finding *f = &doctor->v[i];
        json_t *check = json_object();
        json_object_set_new(check, "check", json_string(f->what));
        json_object_set_new(check, "status", json_string(words[f->health]));
        json_object_set_new(check, "message", stk_json_text_of(f->says));
        json_object_set_new(check, "fix", stk_json_text_of(f->fix));
        if (f->health == HEALTH_ERROR)
            json_object_set_new(check, "code", json_string(stk_code_info(f->code)->name));
        json_array_append_new(checks, check);
    }
    json_object_set_new(object, "ok", json_boolean(doctor_status(doctor) == 0));
    json_object_set_new(object, "checks", checks);
    STK_CLEANUP(stk_charp) char *line = stk_json_line(object);
    fputs(line, stdout);
}

void doctor_clear(struct doctor *doctor)
{
    stk_seen_free(doctor->seen);
    stk_error_clear(&doctor->about.op.err);
    stk_error_clear(&doctor->info.op.err);
    free(doctor->v);
}

static int run(struct cli *cli)
{
    struct doctor doctor = { .cli = cli };
    int rc = doctor_examine(&doctor);
    if (!rc && cli->o.json)
        print_json(&doctor);
    else if (!rc)
        doctor_print(&doctor, false);
    rc = rc ? rc : doctor_status(&doctor);
    doctor_clear(&doctor);
    return rc;
}

const struct command stk_cmd_doctor = {
    .name = "doctor",
    .args = "",
    .help = "Check what a stack needs of this machine and its engine, with what to do",
    .more = "Looks at the engine, its clock, disk and addresses, this machine's limits, names and "
            "logins, and\n"
            "the stack file with its variables, ports, builds and images: those that are not here "
            "must be in\n"
            "their registries. Nothing is changed. The exit status is that of the first error; "
            "warnings give 0.\n",
    .max_args = 0,
    .options = options,
    .run = run,
};
