/* pick.c — chooses containers among those seen, and says why there is none. */
#include "pick.h"

#include "arena.h"
#include "buf.h"
#include "outcome.h"
#include "text.h"

static const struct stk_src nowhere;

bool pick_is_up(const struct stk_status *status)
{
    return status->state == STK_RUNNING || status->state == STK_PAUSED ||
           status->state == STK_RESTARTING;
}

static bool matches(const struct stk_status *status, unsigned how)
{
    return status->ref.kind == STK_SERVICE && !stk_status_is_previous(status) &&
           (how & PICK_ONE_OFFS || !status->oneoff) &&
           (!(how & PICK_RUNNING) || pick_is_up(status));
}

int pick_named(struct cli *cli, unsigned how, struct stk_seen **ret_seen,
               const struct stk_status *const **ret, size_t *ret_n)
{
    struct stk_seen *seen = NULL;
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (!rc)
        rc = stk_check_services(cli, seen, &cli->args);
    if (rc) {
        stk_seen_free(seen);
        return rc;
    }
    const struct stk_status **v = stk_arena_array(cli->arena, seen->n + 1, sizeof(*v));
    size_t n = 0;
    for (size_t i = 0; i < seen->n; i++)
        if (matches(&seen->v[i], how) && stk_is_named(cli, seen->v[i].ref.name))
            v[n++] = &seen->v[i];
    *ret_seen = seen;
    *ret = v;
    *ret_n = n;
    return 0;
}

static int fail(struct cli *cli, struct stk_error *err)
{
    int rc = stk_report_error(cli, err);
    stk_error_clear(err);
    return rc;
}

/* The one to show when none will do: the first that exists. */
static int tell_why(struct cli *cli, const char *service, const struct stk_status *found)
{
    struct stk_error err = { 0 };
    STK_CLEANUP(stk_buf_clearp) struct stk_buf how;
    stk_buf_init(&how, 4 * STK_KIB);
    if (!found && cli->o.index.set && cli->o.index.v)
        stk_fail(
            &err, STK_EABSENT, nowhere,
            "service '%s' has no container number %lld; 'stackctl ps -a %s' lists those it has",
            service, (long long)cli->o.index.v, service);
    else if (!found)
        stk_fail(&err, STK_EABSENT, nowhere,
                 "service '%s' is not running: it has no container; 'stackctl up %s' makes one",
                 service, service);
    else if (found->state == STK_CREATED)
        stk_fail(&err, STK_EABSENT, nowhere,
                 "service '%s' is not running: '%s' was never started; 'stackctl start %s' does",
                 service, found->name, service);
    else {
        struct stk_outcome outcome = stk_outcome_of(found);
        stk_outcome_text(&how, &outcome);
        stk_fail(&err, STK_EABSENT, nowhere,
                 "service '%s' is not running: '%s' %s; 'stackctl start %s' starts it again",
                 service, found->name, how.bytes, service);
    }
    return fail(cli, &err);
}

/* 0 when it may be talked to. */
static int tell_asleep(struct cli *cli, const char *service, const struct stk_status *found)
{
    struct stk_error err = { 0 };
    STK_CLEANUP(stk_buf_clearp) struct stk_buf how;
    stk_buf_init(&how, 4 * STK_KIB);
    if (found->state == STK_PAUSED) {
        stk_fail(&err, STK_EABSENT, nowhere,
                 "service '%s' is paused; 'stackctl unpause %s' lets it go on", service, service);
    } else if (found->state == STK_RESTARTING) {
        struct stk_outcome outcome = stk_outcome_of(found);
        stk_outcome_text(&how, &outcome);
        stk_fail(&err, STK_EABSENT, nowhere,
                 "service '%s' is being restarted: '%s' %s; 'stackctl logs %s' may say why",
                 service, found->name, how.bytes, service);
    } else {
        return 0;
    }
    return fail(cli, &err);
}

static bool is_asked_for(const struct cli *cli, const struct stk_status *status,
                         const char *service, unsigned how)
{
    const struct stk_opt *index = &cli->o.index;
    bool any = !index->set || index->v == 0;
    return matches(status, any ? how & PICK_ONE_OFFS : 0) && stk_streq(status->ref.name, service) &&
           (any || status->ref.index == index->v);
}

static bool is_better(const struct stk_status *a, const struct stk_status *b)
{
    if (!b || pick_is_up(a) != pick_is_up(b))
        return !b || pick_is_up(a);
    return b->oneoff && !a->oneoff;
}

int pick_one(struct cli *cli, const char *service, unsigned how, struct stk_seen **ret_seen,
             const struct stk_status **ret)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *found = NULL;
    int rc = stk_cli_look(cli, cli->project, STK_SEE_SERVICES, &seen);
    if (!rc)
        rc = stk_check_services(cli, seen, &(struct stk_strs){ .n = 1, .v = &service });
    for (size_t i = 0; !rc && i < seen->n; i++) /* sorted by number */
        if (is_asked_for(cli, &seen->v[i], service, how) && is_better(&seen->v[i], found))
            found = &seen->v[i];
    if (!rc && (!found || (how & PICK_RUNNING && !pick_is_up(found))))
        rc = tell_why(cli, service, found);
    if (!rc && how & PICK_AWAKE)
        rc = tell_asleep(cli, service, found);
    if (rc) {
        stk_seen_free(seen);
        return rc;
    }
    *ret_seen = seen;
    *ret = found;
    return 0;
}
