/* What is in the way is told with its place, what is not is not. */
#include "preflight.h"
#include "test.h"

static struct stk_port port = {
    .target = 80, .published = "8080", .protocol = "tcp", .src = { .line = 7 }
};
static struct stk_service service = { .name = "web", .ports = &port, .n_ports = 1, .replicas = 1 };
static struct stk_ipam_pool pool = { .subnet = "10.1.4.0/22" };
static struct stk_network network = { .key = "default",
                                      .ipam = { .set = true, .pools = &pool, .n_pools = 1 } };
static struct stk_unit units[] = {
    { .ref = { STK_SERVICE, "web", 1, NULL },
      .name = "p-web-1",
      .src = { .line = 3 },
      .service = &service },
    { .ref = { STK_NETWORK, "default", 0, NULL },
      .name = "p_default",
      .src = { .line = 9 },
      .network = &network },
};
static struct stk_action actions[] = {
    { .verb = STK_CREATE,
      .ref = { STK_SERVICE, "web", 1, NULL },
      .name = "p-web-1",
      .unit = &units[0] },
    { .verb = STK_CREATE,
      .ref = { STK_NETWORK, "default", 0, NULL },
      .name = "p_default",
      .unit = &units[1] },
};
static struct stk_plan plan = { .project = "p", .v = actions, .n = 2 };

/* The line of what is in the way of the plan, 0 when nothing is. */
static unsigned in_the_way(struct stk_status other)
{
    struct stk_seen seen = { .v = &other, .n = 1 };
    struct stk_error err = { 0 };
    int code = stk_preflight(&plan, &seen, &err);
    unsigned line = code ? err.src.line : 0;
    ck_assert(code == 0 || err.code == STK_ECONFLICT);
    stk_error_clear(&err);
    return line;
}

static unsigned port_in_the_way(const char *ours, const char *theirs, unsigned number,
                                const char *protocol)
{
    struct stk_published held = {
        .target = 1, .published = number, .host_ip = theirs, .protocol = protocol
    };
    port.host_ip = ours;
    return in_the_way((struct stk_status){
        .ref = { STK_SERVICE, "x", 1, "id" }, .name = "x", .ports = &held, .n_ports = 1 });
}

START_TEST(a_port_is_held_where_addresses_meet)
{
    ck_assert_uint_eq(port_in_the_way(NULL, "0.0.0.0", 8080, "tcp"), 7);
    ck_assert_uint_eq(port_in_the_way(NULL, "127.0.0.1", 8080, "tcp"), 7);
    ck_assert_uint_eq(port_in_the_way("127.0.0.1", "0.0.0.0", 8080, "tcp"), 7);
    ck_assert_uint_eq(port_in_the_way("127.0.0.1", "127.0.0.1", 8080, "tcp"), 7);
    ck_assert_uint_eq(port_in_the_way("127.0.0.1", "127.0.0.2", 8080, "tcp"), 0);
    ck_assert_uint_eq(port_in_the_way("127.0.0.1", "::", 8080, "tcp"), 0);
    ck_assert_uint_eq(port_in_the_way(NULL, "0.0.0.0", 8081, "tcp"), 0);
    ck_assert_uint_eq(port_in_the_way(NULL, "0.0.0.0", 8080, "udp"), 0);
    port.host_ip = NULL;
}
END_TEST

START_TEST(a_name_is_taken_by_others_only)
{
    struct stk_status other = { .ref = { STK_SERVICE, "web", 1, "id" },
                                .name = "p-web-1",
                                .project = "q" };
    ck_assert_uint_eq(in_the_way(other), 3);
    other.project = "p";
    ck_assert_uint_eq(in_the_way(other), 0);
    other.ref.name = "db";
    ck_assert_uint_eq(in_the_way(other), 3);
    other.name = "p-db-1";
    ck_assert_uint_eq(in_the_way(other), 0);
}
END_TEST

START_TEST(what_the_plan_takes_away_is_not_in_the_way)
{
    struct stk_status orphan = { .ref = { STK_SERVICE, "old", 1, "id" },
                                 .name = "p-web-1",
                                 .project = "p" };
    struct stk_action more[] = { actions[0],
                                 { .verb = STK_REMOVE, .ref = orphan.ref, .seen = &orphan } };
    ck_assert_uint_eq(in_the_way(orphan), 3);
    plan.v = more;
    ck_assert_uint_eq(in_the_way(orphan), 0);
    plan.v = actions;
}
END_TEST

START_TEST(subnets_overlap_by_their_bits)
{
    static const struct {
        const char *theirs;
        unsigned line;
    } rows[] = { { "10.1.4.0/22", 9 }, { "10.1.7.0/24", 9 }, { "10.0.0.0/8", 9 },
                 { "10.1.8.0/24", 0 }, { "10.1.3.0/24", 0 }, { "fd00::/8", 0 },
                 { "nonsense", 0 },    { "10.1.4.0/99", 0 } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stk_status other = { .ref = { STK_NETWORK, "n", 0, "id" },
                                    .name = "n",
                                    .subnets = { .n = 1,
                                                 .v = (const char **)(uintptr_t)&rows[i].theirs } };
        ck_assert_msg(in_the_way(other) == rows[i].line, "%s", rows[i].theirs);
    }
}
END_TEST

STK_TESTS("preflight", a_port_is_held_where_addresses_meet, a_name_is_taken_by_others_only,
          what_the_plan_takes_away_is_not_in_the_way, subnets_overlap_by_their_bits)
