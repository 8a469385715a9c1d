/* case_start.c — what must hold for start, and for replacing. */
#include <string.h>

#include "bench.h"
#include "text.h"

static void start_creates_and_starts(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_start_req req = { 0 };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING);
    EXPECT(b, strcmp(st->name, u->unit.name) == 0);
    EXPECT(b, stk_streq(st->project, BENCH_PROJECT));
    EXPECT(b, stk_streq(st->hash, u->unit.hash));
    EXPECT(b, st->ref.id && st->started_ms > 0);
}

static void start_of_a_running_unit_changes_nothing(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *before = bench_look(b, u->unit.ref);
    struct stk_start_req req = { 0 };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, !req.changed);
    const struct stk_status *after = bench_look(b, u->unit.ref);
    EXPECT(b, before && after && strcmp(before->ref.id, after->ref.id) == 0);
    EXPECT(b, before->started_ms == after->started_ms);
}

static void start_of_a_stopped_unit_starts_the_same_one_again(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *before = bench_look(b, u->unit.ref);
    EXPECT(b, before && bench_stop(b, u->unit.ref, NULL) == STK_OK);
    struct stk_start_req req = { 0 };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *after = bench_look(b, u->unit.ref);
    EXPECT(b, after && after->state == STK_RUNNING);
    EXPECT(b, strcmp(before->ref.id, after->ref.id) == 0);
}

static void start_by_id_starts_that_one(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    struct stk_start_req req = { .id = st ? st->ref.id : "" };
    EXPECT(b, st && bench_start(b, u, &req) == STK_OK);
    st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING && strcmp(st->ref.id, req.id) == 0);
}

static void create_only_does_not_start(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_start_req req = { .create_only = true };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_CREATED);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING);
}

static void what_was_made_ahead_is_started_itself(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct bench_unit *network = bench_network(b, "ahead");
    struct stk_attachment at = { .network = "ahead" };
    EXPECT(b, bench_start(b, network, NULL) == STK_OK);
    u->spec.networks = &network->network;
    u->spec.n_networks = 1;
    u->service.networks = &at;
    u->service.n_networks = 1;
    struct stk_start_req ahead = { .create_only = true };
    EXPECT(b, bench_start(b, u, &ahead) == STK_OK);
    EXPECT(b, ahead.made_id[0]);
    struct stk_start_req req = { .made = ahead.made_id };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed && !req.made_id[0] && !req.since[0]);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING && strcmp(st->ref.id, ahead.made_id) == 0);
    EXPECT(b, st->networks.n == 1 && strcmp(st->networks.v[0], network->unit.name) == 0);
    req = (struct stk_start_req){ .made = ahead.made_id };
    EXPECT(b, bench_start(b, u, &req) == STK_OK); /* somebody else was quicker */
    EXPECT(b, !req.changed);
}

static void what_was_made_ahead_and_is_gone_is_made_again(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_start_req ahead = { .create_only = true };
    EXPECT(b, bench_start(b, u, &ahead) == STK_OK);
    EXPECT(b, bench_remove(b, u->unit.ref, NULL) == STK_OK);
    struct stk_start_req req = { .made = ahead.made_id };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING && strcmp(st->ref.id, ahead.made_id) != 0);
    EXPECT(b, strcmp(st->name, u->unit.name) == 0);
}

/* As after a program that was killed in between: the next one knows nothing of it. */
static void what_was_made_ahead_is_found_by_who_was_not_told(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_start_req ahead = { .create_only = true };
    EXPECT(b, bench_start(b, u, &ahead) == STK_OK);
    struct stk_start_req again = { .create_only = true };
    EXPECT(b, bench_start(b, u, &again) == STK_OK);
    EXPECT(b, !again.changed && strcmp(again.made_id, ahead.made_id) == 0);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING && strcmp(st->ref.id, ahead.made_id) == 0);
}

static void replace_swaps_the_config_and_keeps_the_anonymous_volume(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    bench_mount(b, u, NULL, "/data");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *before = bench_look(b, u->unit.ref);
    EXPECT(b, before && before->mounts.n == 1);
    u->unit.hash = u->service.hash =
        "2222222222222222222222222222222222222222222222222222222222222222";
    struct stk_start_req req = { .id = before->ref.id };
    EXPECT(b, bench_replace(b, u, &req) == STK_OK);
    EXPECT(b, req.changed);
    const struct stk_status *after = bench_look(b, u->unit.ref);
    EXPECT(b, after && after->state == STK_RUNNING);
    EXPECT(b, strcmp(after->name, u->unit.name) == 0);
    EXPECT(b, stk_streq(after->hash, u->unit.hash));
    EXPECT(b, strcmp(before->ref.id, after->ref.id) != 0);
    EXPECT(b, after->mounts.n == 1 && strcmp(before->mounts.v[0], after->mounts.v[0]) == 0);
    const struct stk_seen *all = bench_look_all(b, BENCH_PROJECT);
    EXPECT(b, all && all->n == 1); /* the old one is gone */
}

static void replace_with_renew_gives_a_fresh_anonymous_volume(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    bench_mount(b, u, NULL, "/data");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *before = bench_look(b, u->unit.ref);
    struct stk_start_req req = { .renew_volumes = true };
    EXPECT(b, before && bench_replace(b, u, &req) == STK_OK);
    const struct stk_status *after = bench_look(b, u->unit.ref);
    EXPECT(b, after && after->mounts.n == 1 && before->mounts.n == 1);
    EXPECT(b, strcmp(before->mounts.v[0], after->mounts.v[0]) != 0);
    struct stk_ref left = { .kind = STK_VOLUME, .name = "left", .id = before->mounts.v[0] };
    EXPECT(b,
           bench_remove(b, left, NULL) == STK_OK); /* nobody's any more, so the case's to remove */
}

static void replace_of_a_stopped_unit_starts_the_new_one(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, u->unit.ref, NULL) == STK_OK);
    EXPECT(b, bench_replace(b, u, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_RUNNING);
}

static void replace_that_cannot_have_its_image_leaves_the_old_one_running(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *before = bench_look(b, u->unit.ref);
    u->service.image = BENCH_NO_IMAGE;
    EXPECT(b, before && bench_replace(b, u, NULL) == STK_EIMAGE);
    const struct stk_seen *all = bench_look_all(b, BENCH_PROJECT);
    EXPECT(b, all && all->n == 1);
    EXPECT(b, all->v[0].state == STK_RUNNING && strcmp(all->v[0].ref.id, before->ref.id) == 0);
}

/* Starts u, then replaces it by another configuration; the old one is set aside. */
static const struct stk_status *replace_and_keep(struct bench *b, struct bench_unit *u,
                                                 bool start_first)
{
    bench_mount(b, u, NULL, "/data");
    if (bench_start(b, u, NULL) != STK_OK)
        return NULL;
    const struct stk_status *before = bench_look(b, u->unit.ref);
    u->unit.hash = u->service.hash =
        "2222222222222222222222222222222222222222222222222222222222222222";
    struct stk_start_req req = { .keep_old = true, .start_first = start_first };
    return bench_replace(b, u, &req) == STK_OK && req.changed ? before : NULL;
}

static const struct stk_status *previous_in(const struct stk_seen *all)
{
    for (size_t i = 0; all && i < all->n; i++)
        if (stk_status_is_previous(&all->v[i]))
            return &all->v[i];
    return NULL;
}

static void replace_that_keeps_the_old_one_sets_it_aside(struct bench *b)
{
    for (int start_first = 0; start_first < 2; start_first++) {
        struct bench_unit *u = bench_service(b, "steady");
        const struct stk_status *before = replace_and_keep(b, u, start_first);
        EXPECT(b, before);
        const struct stk_status *now = bench_look(b, u->unit.ref);
        EXPECT(b, now && now->state == STK_RUNNING && stk_streq(now->hash, u->unit.hash));
        EXPECT(b, strcmp(now->name, u->unit.name) == 0 && !stk_status_is_previous(now));
        const struct stk_seen *all = bench_look_all(b, BENCH_PROJECT);
        const struct stk_status *old = previous_in(all);
        EXPECT(b, all && all->n == 2 && old && strcmp(old->ref.id, before->ref.id) == 0);
        EXPECT(b, old->state == (start_first ? STK_RUNNING : STK_EXITED));
        EXPECT(b, bench_remove(b, old->ref, NULL) == STK_OK);
        now = bench_look(b, u->unit.ref);
        EXPECT(b, now && now->state == STK_RUNNING && now->mounts.n == 1);
        EXPECT(b, strcmp(now->mounts.v[0], before->mounts.v[0]) == 0);
        EXPECT(b, bench_remove(b, now->ref, &(struct stk_remove_req){ .volumes = true }) == STK_OK);
    }
}

static void restore_puts_the_old_one_back(struct bench *b)
{
    for (int start_first = 0; start_first < 2; start_first++) {
        struct bench_unit *u = bench_service(b, "steady");
        const struct stk_status *before = replace_and_keep(b, u, start_first);
        EXPECT(b, before);
        struct stk_start_req req = { .restore = true };
        EXPECT(b, bench_start(b, u, &req) == STK_OK && req.changed);
        const struct stk_seen *all = bench_look_all(b, BENCH_PROJECT);
        EXPECT(b, all && all->n == 1 && strcmp(all->v[0].ref.id, before->ref.id) == 0);
        EXPECT(b, all->v[0].state == STK_RUNNING && strcmp(all->v[0].name, u->unit.name) == 0);
        EXPECT(b, all->v[0].mounts.n == 1);
        EXPECT(b, strcmp(all->v[0].mounts.v[0], before->mounts.v[0]) == 0);
        struct stk_start_req again = { .restore = true };
        EXPECT(b, bench_start(b, u, &again) == STK_OK && !again.changed);
        EXPECT(b,
               bench_remove(b, u->unit.ref, &(struct stk_remove_req){ .volumes = true }) == STK_OK);
    }
}

static void restore_after_the_new_one_vanished_needs_none(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    const struct stk_status *before = replace_and_keep(b, u, false);
    EXPECT(b, before && bench_remove(b, u->unit.ref, NULL) == STK_OK);
    const struct stk_status *now = bench_look(b, u->unit.ref);
    EXPECT(b, now && now->state == STK_ABSENT); /* who is set aside is not who the ref names */
    struct stk_start_req req = { .restore = true, .create_only = true };
    EXPECT(b, bench_start(b, u, &req) == STK_OK && req.changed);
    now = bench_look(b, u->unit.ref);
    EXPECT(b, now && now->state == STK_EXITED && strcmp(now->ref.id, before->ref.id) == 0);
}

static void start_fails_when_the_image_cannot_be_had(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    u->service.image = BENCH_NO_IMAGE;
    EXPECT(b, bench_start(b, u, NULL) == STK_EIMAGE);
    EXPECT_SAYS(b, BENCH_NO_IMAGE);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_ABSENT);
}

static void start_never_pulls_when_told_so(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    u->service.image = BENCH_NO_IMAGE;
    u->service.pull_policy = "never";
    EXPECT(b, bench_start(b, u, NULL) == STK_EIMAGE);
    EXPECT_SAYS(b, BENCH_NO_IMAGE);
}

static void a_name_held_by_a_stranger_is_a_conflict_and_he_stays_untouched(struct bench *b)
{
    struct bench_unit *stranger = bench_service(b, "steady"), *u = bench_service(b, "steady");
    bench_to_other_project(b, stranger);
    stranger->unit.name = u->unit.name;
    EXPECT(b, bench_start(b, stranger, NULL) == STK_OK);
    const struct stk_seen *before = bench_look_all(b, BENCH_OTHER);
    EXPECT(b, before && before->n == 1);
    EXPECT(b, bench_start(b, u, NULL) == STK_ECONFLICT);
    EXPECT_SAYS(b, u->unit.name);
    const struct stk_seen *after = bench_look_all(b, BENCH_OTHER);
    EXPECT(b, after && after->n == 1 && after->v[0].state == STK_RUNNING);
    EXPECT(b, strcmp(before->v[0].ref.id, after->v[0].ref.id) == 0);
    EXPECT(b, before->v[0].started_ms == after->v[0].started_ms);
}

static void a_host_port_held_by_another_is_a_conflict_that_names_him(struct bench *b)
{
    struct bench_unit *holder = bench_service(b, "steady"), *u = bench_service(b, "greeting");
    bench_publish(b, holder, "48311");
    bench_publish(b, u, "48311");
    EXPECT(b, bench_start(b, holder, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, holder->unit.ref);
    EXPECT(b,
           st && st->n_ports == 1 && st->ports[0].published == 48311 && st->ports[0].target == 80);
    EXPECT(b, bench_start(b, u, NULL) == STK_ECONFLICT);
    EXPECT_SAYS(b, "48311");
    EXPECT_SAYS(b, holder->unit.name);
    EXPECT(b, bench_stop(b, holder->unit.ref, NULL) == STK_OK);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK); /* once it is free */
}

static void instances_of_one_service_are_told_apart(struct bench *b)
{
    struct bench_unit *one = bench_service(b, "steady"), *two = bench_service(b, "steady");
    two->unit.ref.index = 2;
    two->unit.name = BENCH_PROJECT "-steady-2";
    EXPECT(b, bench_start(b, one, NULL) == STK_OK);
    EXPECT(b, bench_start(b, two, NULL) == STK_OK);
    EXPECT(b, bench_stop(b, two->unit.ref, NULL) == STK_OK);
    const struct stk_status *first = bench_look(b, one->unit.ref),
                            *second = bench_look(b, two->unit.ref);
    EXPECT(b, first && first->state == STK_RUNNING && first->ref.index == 1);
    EXPECT(b, second && second->state == STK_EXITED && second->ref.index == 2);
}

const struct bench_case cases_start[] = {
    { "start_creates_and_starts", start_creates_and_starts },
    { "start_of_a_running_unit_changes_nothing", start_of_a_running_unit_changes_nothing },
    { "start_of_a_stopped_unit_starts_the_same_one_again",
      start_of_a_stopped_unit_starts_the_same_one_again },
    { "start_by_id_starts_that_one", start_by_id_starts_that_one },
    { "create_only_does_not_start", create_only_does_not_start },
    { "what_was_made_ahead_is_started_itself", what_was_made_ahead_is_started_itself },
    { "what_was_made_ahead_and_is_gone_is_made_again",
      what_was_made_ahead_and_is_gone_is_made_again },
    { "what_was_made_ahead_is_found_by_who_was_not_told",
      what_was_made_ahead_is_found_by_who_was_not_told },
    { "replace_swaps_the_config_and_keeps_the_anonymous_volume",
      replace_swaps_the_config_and_keeps_the_anonymous_volume },
    { "replace_with_renew_gives_a_fresh_anonymous_volume",
      replace_with_renew_gives_a_fresh_anonymous_volume },
    { "replace_of_a_stopped_unit_starts_the_new_one",
      replace_of_a_stopped_unit_starts_the_new_one },
    { "replace_that_cannot_have_its_image_leaves_the_old_one_running",
      replace_that_cannot_have_its_image_leaves_the_old_one_running },
    { "replace_that_keeps_the_old_one_sets_it_aside",
      replace_that_keeps_the_old_one_sets_it_aside },
    { "restore_puts_the_old_one_back", restore_puts_the_old_one_back },
    { "restore_after_the_new_one_vanished_needs_none",
      restore_after_the_new_one_vanished_needs_none },
    { "start_fails_when_the_image_cannot_be_had", start_fails_when_the_image_cannot_be_had },
    { "start_never_pulls_when_told_so", start_never_pulls_when_told_so },
    { "a_name_held_by_a_stranger_is_a_conflict_and_he_stays_untouched",
      a_name_held_by_a_stranger_is_a_conflict_and_he_stays_untouched },
    { "a_host_port_held_by_another_is_a_conflict_that_names_him",
      a_host_port_held_by_another_is_a_conflict_that_names_him },
    { "instances_of_one_service_are_told_apart", instances_of_one_service_are_told_apart },
    { 0 },
};
