/* case_kinds.c — what must hold for inspect, and for networks, volumes and images. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "fake.h"

static void absent_is_a_state_and_no_error(struct bench *b)
{
    struct bench_unit *units[] = { bench_service(b, "steady"), bench_network(b, "nonet"),
                                   bench_volume(b, "novolume"), bench_image(b, BENCH_NO_IMAGE) };
    for (size_t i = 0; i < 4; i++) {
        const struct stk_status *st = bench_look(b, units[i]->unit.ref);
        EXPECT(b, st && st->state == STK_ABSENT && st->ref.kind == units[i]->unit.ref.kind);
    }
}

static void a_whole_project_shows_all_kinds_and_no_strangers(struct bench *b)
{
    struct bench_unit *other = bench_service(b, "steady");
    struct bench_unit *units[] = { bench_network(b, "net"), bench_volume(b, "data"),
                                   bench_service(b, "steady"), bench_service(b, "greeting") };
    bench_to_other_project(b, other);
    EXPECT(b, bench_start(b, other, NULL) == STK_OK);
    for (size_t i = 0; i < 4; i++)
        EXPECT(b, bench_start(b, units[i], NULL) == STK_OK);
    const struct stk_seen *seen = bench_look_all(b, BENCH_PROJECT);
    EXPECT(b, seen && seen->n == 4);
    for (size_t i = 0; i < seen->n; i++)
        EXPECT(b, strcmp(seen->v[i].project, BENCH_PROJECT) == 0);
    const struct stk_status *greeting = stk_seen_find(seen, units[3]->unit.ref);
    EXPECT(b, greeting && greeting->state == STK_RUNNING && greeting == &seen->v[0]); /* sorted */
    EXPECT(b, stk_seen_find(seen, units[0]->unit.ref) && stk_seen_find(seen, units[1]->unit.ref));
}

static void without_a_project_every_project_is_seen(struct bench *b)
{
    struct bench_unit *other = bench_service(b, "steady"), *u = bench_service(b, "steady");
    bench_to_other_project(b, other);
    EXPECT(b, bench_start(b, other, NULL) == STK_OK);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_seen *seen = bench_look_all(b, NULL);
    int ours = 0, theirs = 0;
    for (size_t i = 0; seen && i < seen->n; i++) {
        ours += strcmp(seen->v[i].project, BENCH_PROJECT) == 0;
        theirs += strcmp(seen->v[i].project, BENCH_OTHER) == 0;
    }
    EXPECT(b, ours == 1 && theirs == 1);
}

static void externals_are_found_by_their_name(struct bench *b)
{
    struct bench_unit *net = bench_network(b, "net"), *volume = bench_volume(b, "data");
    net->spec.project = volume->spec.project = BENCH_OTHER;
    EXPECT(b, bench_start(b, net, NULL) == STK_OK);
    EXPECT(b, bench_start(b, volume, NULL) == STK_OK);
    const char *names[] = { net->unit.name, volume->unit.name, "stkconf_nowhere" };
    struct stk_inspect_req req = { .project = BENCH_PROJECT,
                                   .what = STK_SEE_NETWORKS | STK_SEE_VOLUMES,
                                   .externals = { .set = true, .n = 3, .v = names } };
    bench_submit(b, &req.op);
    stk_runtime_inspect(b->rt, &req);
    bench_until(b, &req.op);
    int found = 0;
    for (size_t i = 0; req.seen && i < req.seen->n; i++)
        found +=
            req.seen->v[i].state == STK_PRESENT && (strcmp(req.seen->v[i].name, names[0]) == 0 ||
                                                    strcmp(req.seen->v[i].name, names[1]) == 0);
    stk_seen_free(req.seen);
    stk_error_clear(&req.op.err);
    EXPECT(b, found == 2);
}

static void a_status_tells_what_it_was_made_from(struct bench *b)
{
    struct bench_unit *u = bench_service(b, "steady");
    struct stk_kv label = { .key = "org.example.tier", .value = "front" };
    struct stk_depend dep = { .service = "db", .until = STK_UNTIL_HEALTHY, .required = true };
    u->service.labels = (struct stk_kvs){ .n = 1, .v = &label };
    u->service.depends_on = &dep;
    u->service.n_depends_on = 1;
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_seen *seen = bench_look_all(b, BENCH_PROJECT);
    const struct stk_status *both[] = { bench_look(b, u->unit.ref),
                                        seen ? stk_seen_find(seen, u->unit.ref) : NULL };
    for (size_t i = 0; i < 2; i++) {
        const struct stk_status *st = both[i];
        EXPECT(b, st && strcmp(st->image, BENCH_IMAGE) == 0 && st->image_id);
        EXPECT(b, st->config && strcmp(st->config, u->unit.config) == 0);
        EXPECT(b, st->n_depends_on == 1 && strcmp(st->depends_on[0].service, "db") == 0);
        EXPECT(b, st->depends_on[0].until == STK_UNTIL_HEALTHY && st->depends_on[0].required);
        bool labeled = false;
        for (size_t k = 0; k < st->labels.n; k++)
            labeled = labeled || (strcmp(st->labels.v[k].key, label.key) == 0 &&
                                  strcmp(st->labels.v[k].value, label.value) == 0);
        EXPECT(b, labeled);
    }
}

static void images_asked_for_are_told_present_or_absent(struct bench *b)
{
    const char *names[] = { BENCH_IMAGE, BENCH_NO_IMAGE };
    struct stk_inspect_req req = { .project = BENCH_PROJECT,
                                   .what = STK_SEE_IMAGES,
                                   .images = { .set = true, .n = 2, .v = names } };
    bench_submit(b, &req.op);
    stk_runtime_inspect(b->rt, &req);
    bench_until(b, &req.op);
    struct stk_ref present = { .kind = STK_IMAGE, .name = BENCH_IMAGE };
    struct stk_ref absent = { .kind = STK_IMAGE, .name = BENCH_NO_IMAGE };
    const struct stk_status *one = stk_seen_find(req.seen, present),
                            *two = stk_seen_find(req.seen, absent);
    bool ok = req.seen && req.seen->n == 2 && one && one->state == STK_PRESENT && two &&
              two->state == STK_ABSENT;
    stk_seen_free(req.seen);
    stk_error_clear(&req.op.err);
    EXPECT(b, ok);
}

static void requests_do_not_grow_with_the_project(struct bench *b)
{
    const struct stk_fake_call *calls;
    if (b->real) {
        bench_skip(b, "only the fake counts its requests");
        return;
    }
    size_t begin = stk_fake_calls(b->rt, &calls);
    EXPECT(b, bench_look_all(b, BENCH_PROJECT));
    size_t few = stk_fake_calls(b->rt, &calls) - begin;
    EXPECT(b, bench_start(b, bench_service(b, "steady"), NULL) == STK_OK);
    EXPECT(b, bench_start(b, bench_service(b, "greeting"), NULL) == STK_OK);
    EXPECT(b, bench_start(b, bench_network(b, "net"), NULL) == STK_OK);
    begin = stk_fake_calls(b->rt, &calls);
    EXPECT(b, bench_look_all(b, BENCH_PROJECT));
    EXPECT(b, stk_fake_calls(b->rt, &calls) - begin == few);
    for (size_t i = begin; i < begin + few; i++)
        EXPECT(b, !calls[i].writes);
}

static void a_network_or_volume_is_made_once_seen_and_removed(struct bench *b)
{
    struct bench_unit *units[] = { bench_network(b, "net"), bench_volume(b, "data") };
    for (size_t i = 0; i < 2; i++) {
        struct stk_start_req first = { 0 }, again = { 0 };
        EXPECT(b, bench_start(b, units[i], &first) == STK_OK);
        EXPECT(b, first.changed);
        EXPECT(b, bench_start(b, units[i], &again) == STK_OK);
        EXPECT(b, !again.changed);
        const struct stk_status *st = bench_look(b, units[i]->unit.ref);
        EXPECT(b, st && st->state == STK_PRESENT && strcmp(st->name, units[i]->unit.name) == 0);
        struct stk_remove_req gone = { 0 };
        EXPECT(b, bench_remove(b, units[i]->unit.ref, &gone) == STK_OK);
        EXPECT(b, gone.changed);
        st = bench_look(b, units[i]->unit.ref);
        EXPECT(b, st && st->state == STK_ABSENT);
    }
}

static void attach(struct bench *b, struct bench_unit *u, struct bench_unit *network)
{
    (void)b;
    static struct stk_attachment at;
    at = (struct stk_attachment){ .network = network->network.key };
    u->service.networks = &at;
    u->service.n_networks = 1;
    u->spec.networks = &network->network;
    u->spec.n_networks = 1;
}

static void a_network_or_volume_in_use_is_not_removed(struct bench *b)
{
    struct bench_unit *net = bench_network(b, "net"), *volume = bench_volume(b, "data");
    struct bench_unit *u = bench_service(b, "steady");
    bench_mount(b, u, "data", "/data");
    attach(b, u, net);
    EXPECT(b, bench_start(b, net, NULL) == STK_OK);
    EXPECT(b, bench_start(b, volume, NULL) == STK_OK);
    EXPECT(b, bench_start(b, u, NULL) == STK_OK);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->networks.n == 1 && strcmp(st->networks.v[0], net->unit.name) == 0);
    EXPECT(b, bench_remove(b, net->unit.ref, NULL) == STK_ECONFLICT);
    EXPECT_SAYS(b, net->unit.name);
    EXPECT(b, bench_remove(b, volume->unit.ref, NULL) == STK_ECONFLICT);
    EXPECT_SAYS(b, volume->unit.name);
}

static void an_image_that_is_there_is_not_pulled_again(struct bench *b)
{
    struct bench_unit *u = bench_image(b, BENCH_IMAGE);
    struct stk_start_req req = { 0 };
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, !req.changed);
}

static void an_image_that_cannot_be_had_fails_with_the_registrys_words(struct bench *b)
{
    struct bench_unit *u = bench_image(b, BENCH_NO_IMAGE);
    EXPECT(b, bench_start(b, u, NULL) == STK_EIMAGE);
    EXPECT_SAYS(b, "connection refused");
}

static int progressed;
static void on_progress(struct stk_start_req *req, const struct stk_progress *p)
{
    (void)req;
    progressed += p->phase != NULL;
}

static void an_absent_image_is_pulled_with_progress(struct bench *b)
{
    const char *name = b->real ? getenv("CONFORMANCE_PULL") : "pullable:1";
    if (!name) {
        bench_skip(b, "no image to pull is named by CONFORMANCE_PULL");
        return;
    }
    struct bench_unit *u = bench_image(b, name);
    const struct stk_status *st = bench_look(b, u->unit.ref);
    if (st && st->state == STK_PRESENT) {
        bench_skip(b, "the image named by CONFORMANCE_PULL is there already");
        return;
    }
    struct stk_start_req req = { .progress = on_progress };
    progressed = 0;
    EXPECT(b, bench_start(b, u, &req) == STK_OK);
    EXPECT(b, req.changed && progressed > 0);
    st = bench_look(b, u->unit.ref);
    EXPECT(b, st && st->state == STK_PRESENT);
    EXPECT(b, bench_remove(b, u->unit.ref, NULL) == STK_OK);
}

const struct bench_case cases_kinds[] = {
    { "absent_is_a_state_and_no_error", absent_is_a_state_and_no_error },
    { "a_whole_project_shows_all_kinds_and_no_strangers",
      a_whole_project_shows_all_kinds_and_no_strangers },
    { "without_a_project_every_project_is_seen", without_a_project_every_project_is_seen },
    { "externals_are_found_by_their_name", externals_are_found_by_their_name },
    { "a_status_tells_what_it_was_made_from", a_status_tells_what_it_was_made_from },
    { "images_asked_for_are_told_present_or_absent", images_asked_for_are_told_present_or_absent },
    { "requests_do_not_grow_with_the_project", requests_do_not_grow_with_the_project },
    { "a_network_or_volume_is_made_once_seen_and_removed",
      a_network_or_volume_is_made_once_seen_and_removed },
    { "a_network_or_volume_in_use_is_not_removed", a_network_or_volume_in_use_is_not_removed },
    { "an_image_that_is_there_is_not_pulled_again", an_image_that_is_there_is_not_pulled_again },
    { "an_image_that_cannot_be_had_fails_with_the_registrys_words",
      an_image_that_cannot_be_had_fails_with_the_registrys_words },
    { "an_absent_image_is_pulled_with_progress", an_absent_image_is_pulled_with_progress },
    { 0 },
};
