/* Where the port of a container is asked for from outside. */
#include <stdio.h>

#include "outside.h"
#include "test.h"
#include "text.h"

static const char container[] =
    "{\"NetworkSettings\":{\"Networks\":{\"a\":{\"IPAddress\":\"10.1.0.2\",\"GlobalIPv6Address\":"
    "\"fd00::2\"},\"b\":{\"IPAddress\":\"\"}},\"Ports\":{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\","
    "\"HostPort\":\"8080\"},{\"HostIp\":\"192.0.2.7\",\"HostPort\":\"81\"}],\"90/tcp\":null}},"
    "\"HostConfig\":{\"NetworkMode\":\"x_default\"}}";

/* All addresses of it, with a space between. */
static void leads_to(const char *host, bool here, const char *look, const char *port,
                     const char *want)
{
    STK_CLEANUP(stk_charp) char *name = stk_strdup(host);
    struct stk_docker docker = { .host = name, .same_machine = here };
    STK_CLEANUP(stk_jsonp) json_t *json = json_loads(look, 0, NULL);
    size_t n;
    char **v = stk_outside_addresses(&docker, json, port, &n), got[200] = "";
    for (size_t i = 0; i < n; i++) {
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "", v[i]);
        free(v[i]);
    }
    free(v);
    ck_assert_str_eq(got, want);
}

START_TEST(its_own_addresses_come_first_when_the_engine_is_here)
{
    leads_to("unix:///x", true, container, "80",
             "10.1.0.2:80 [fd00::2]:80 127.0.0.1:8080 192.0.2.7:81");
    leads_to("unix:///x", true, container, "90", "10.1.0.2:90 [fd00::2]:90");
    leads_to("unix:///x", true, "{\"HostConfig\":{\"NetworkMode\":\"host\"}}", "80",
             "127.0.0.1:80");
    leads_to("unix:///x", true, "{}", "80", "");
}
END_TEST

START_TEST(an_engine_elsewhere_is_asked_where_the_port_is_published)
{
    leads_to("tcp://192.0.2.1:2375", false, container, "80", "192.0.2.1:8080 192.0.2.7:81");
    leads_to("tcp://[fd00::1]:2375", false, container, "80", "[fd00::1]:8080 192.0.2.7:81");
    leads_to("tcp://192.0.2.1:2375", false, container, "90", "");
    leads_to("ssh://me@dev.test:22", false, container, "80", "dev.test:8080 192.0.2.7:81");
}
END_TEST

START_TEST(an_address_with_a_host_is_taken_as_it_is)
{
    leads_to("unix:///x", true, container, "db.test:5432", "db.test:5432");
    leads_to("unix:///x", true, container, "[::1]:5432", "[::1]:5432");
}
END_TEST

STK_TESTS("outside", its_own_addresses_come_first_when_the_engine_is_here,
          an_engine_elsewhere_is_asked_where_the_port_is_published,
          an_address_with_a_host_is_taken_as_it_is)
