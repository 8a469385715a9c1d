/* doctor.h — what the examinations of `doctor` share: each tells what it found, good or bad. */
#ifndef STK_DOCTOR_H
#define STK_DOCTOR_H

#include "command.h"
#include "stackctl/docker/about.h"
#include "stackctl/docker/info.h"

enum health { HEALTH_OK, HEALTH_NOTE, HEALTH_WARNING, HEALTH_ERROR };

struct finding {
    const char *what; /* "engine", "ports" */
    enum health health;
    enum stk_code code;     /* of an error: it gives the exit status */
    const char *says, *fix; /* fix: what to type or change, or NULL */
};

struct doctor {
    struct cli *cli;
    struct finding *v;
    size_t n, cap;
    bool engine; /* it answers; about and info are filled, and seen has what it has */
    struct stk_about_req about;
    struct stk_info_req info;
    struct stk_seen *seen; /* containers and networks of everybody */
};

/* What was found, in the words of a message; fix is copied and may be NULL. */
void doctor_tell(struct doctor *doctor, const char *what, enum health health, enum stk_code code,
                 const char *fix, const char *fmt, ...) STK_PRINTF(6, 7);

void doctor_engine(struct doctor *doctor); /* doctor_engine.c: the engine and its machine */
void doctor_host(struct doctor *doctor);   /* doctor_host.c: this machine */
void doctor_images(struct doctor *doctor); /* doctor_images.c: those that are not built */
void doctor_stack(struct doctor *doctor);  /* doctor_stack.c: the stack file and what it asks for */

/* All of them, one after the other. 0, or 128 + the signal that came. */
int doctor_examine(struct doctor *doctor);
void doctor_print(const struct doctor *doctor, bool only_bad);
/* The exit status of the first error, or 0. */
int doctor_status(const struct doctor *doctor);
void doctor_clear(struct doctor *doctor);

#endif
