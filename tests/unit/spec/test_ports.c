/* Published ports: every short and long form, one port per container port. */
#include "given.h"

/* "host_ip|published|target|protocol" of every port, separated by spaces. */
static char *ports_of(const struct stk_service *s)
{
    struct stk_buf out;
    stk_buf_init(&out, 100000);
    for (size_t i = 0; i < s->n_ports; i++) {
        const struct stk_port *p = &s->ports[i];
        stk_buf_printf(&out, "%s%s|%s|%u|%s", i ? " " : "", p->host_ip ? p->host_ip : "",
                       p->published ? p->published : "", p->target, p->protocol);
    }
    return stk_buf_take(&out);
}

static void given_ports(struct given *g, const char *ports)
{
    char text[500];
    snprintf(text, sizeof(text), "services:\n  a:\n    image: x\n    ports: [%s]\n", ports);
    given_file(g, "compose.yaml", text);
}

START_TEST(every_form_gives_its_ports)
{
    static const char *const rows[][2] = {
        { "80", "||80|tcp" },
        { "\"80\"", "||80|tcp" },
        { "\"8080:80\"", "|8080|80|tcp" },
        { "\"8080:80/udp\"", "|8080|80|udp" },
        { "\"8080:80/SCTP\"", "|8080|80|sctp" },
        { "\"127.0.0.1:8080:80\"", "127.0.0.1|8080|80|tcp" },
        { "\"127.0.0.1::80\"", "127.0.0.1||80|tcp" },
        { "\"[::1]:8080:80\"", "::1|8080|80|tcp" },
        { "\"3000-3002\"", "||3000|tcp ||3001|tcp ||3002|tcp" },
        { "\"9090-9091:8080-8081\"", "|9090|8080|tcp |9091|8081|tcp" },
        { "\"8000-8010:80\"", "|8000-8010|80|tcp" },
        { "{target: 80}", "||80|tcp" },
        { "{target: 80, published: 8080, protocol: udp, host_ip: 10.0.0.1}",
          "10.0.0.1|8080|80|udp" },
        { "{target: \"80\", published: \"8080-8090\"}", "|8080-8090|80|tcp" },
        { "\"80:80\", \"80:80\"", "|80|80|tcp" },
        { "\"80:80\", {target: 80, published: 80}", "|80|80|tcp" },
        { "\"80:80/tcp\", \"80:80/udp\"", "|80|80|tcp |80|80|udp" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_ports(&g, rows[i][0]);
        char *got = ports_of(&given_loads(&g)->services[0]);
        ck_assert_msg(strcmp(got, rows[i][1]) == 0, "%s gave %s", rows[i][0], got);
        free(got);
    }
    given_end(&g);
}
END_TEST

START_TEST(wrong_ports_are_told)
{
    static const char *const rows[][2] = {
        { "\"\"", "the port of the container is missing" },
        { "\"8080:\"", "the port of the container is missing" },
        { "\"x\"", "'x' is not a port" },
        { "\"x:80\"", "'x' is not a port" },
        { "\"80-70\"", "'80-70' is not a port" },
        { "\"70000\"", "'70000' is not a port" },
        { "\"0\"", "'0' is not a port" },
        { "\"80/icmp\"", "'icmp' is not tcp, udp or sctp" },
        { "\"1-2:3-5\"", "the two ranges differ in length" },
        { "\"300.0.0.1:80:80\"", "'300.0.0.1' is not an IP address" },
        { "\"::1:80:80\"", "an IPv6 address needs [ ]" },
        { "80.5", "must be a port or a mapping" },
        { "[80]", "must be a port or a mapping, not a list" },
        { "{published: 80}", "needs 'target'" },
        { "{target: 80, host_ip: here}", "'here' is not an IP address" },
        { "{target: 99999}", "must be a port from 1 to 65535" },
        { "{target: 80, publish: 80}", "unknown key 'publish'" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_ports(&g, rows[i][0]);
        given_load(&g);
        ck_assert_msg(g.rc == -STK_ECONFIG, "%s was taken", rows[i][0]);
        ck_assert_msg(strstr(g.diags.v[0].msg, rows[i][1]) != NULL, "%s: %s", rows[i][0],
                      g.diags.v[0].msg);
        ck_assert_uint_eq(g.diags.v[0].src.line, 4);
    }
    given_end(&g);
}
END_TEST

START_TEST(ranges_cannot_eat_the_machine)
{
    struct given g = given();
    given_file(
        &g, "compose.yaml",
        "services:\n  a: {image: x, ports: [\"1-65535/udp\", \"1-65535/tcp\", \"1-65535/sctp\"]}\n"
        "  b: {image: x, ports: [\"1-65535/udp\", \"1-65535/tcp\", \"1-65535/sctp\"]}\n");
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].msg, "too many ports: at most 100000");
    given_end(&g);
}
END_TEST

STK_TESTS("ports", every_form_gives_its_ports, wrong_ports_are_told, ranges_cannot_eat_the_machine)
