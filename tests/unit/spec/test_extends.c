/* A service that extends another one, and files that include others. */
#include "printed.h"

struct row {
    const char *compose, *other; /* sub/b.yaml */
    const char *path, *printed;  /* %s: the directory */
};

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct given g = given();
        char wanted[500];
        given_file(&g, "compose.yaml", rows[i].compose);
        if (rows[i].other)
            given_file(&g, "sub/b.yaml", rows[i].other);
        given_file(&g, "sub/.env", "WHERE=sub\n");
        given_file(&g, ".env", "TOP=top\n");
        snprintf(wanted, sizeof(wanted), "%s", rows[i].printed);
        g.opts.no_run = true; /* the base holds the same port */
        const char *got = printed(given_loads(&g), rows[i].path), *at = strstr(wanted, "@");
        if (at)
            snprintf(wanted, sizeof(wanted), "%.*s%s%s", (int)(at - wanted), rows[i].printed, g.dir,
                     strchr(rows[i].printed, '@') + 1);
        ck_assert_msg(strcmp(got, wanted) == 0, "%s\n%s\nwanted %s", rows[i].compose, got, wanted);
        given_end(&g);
    }
}

static void assert_via(const struct stk_diag *d, const char *wanted)
{
    char text[128];
    ck_assert_uint_eq(d->n_via, 1);
    snprintf(text, sizeof(text), "%s at %s:%u:%u", d->via[0].how, d->via[0].src.file,
             d->via[0].src.line, d->via[0].src.col);
    ck_assert_str_eq(text, wanted);
}

START_TEST(the_base_lies_below_what_extends_it)
{
    static const struct row rows[] = {
        { "services:\n  a: {extends: b, environment: [A=2]}\n"
          "  b: {image: x, environment: {A: 1, B: 1}}\n",
          NULL, "services.a.environment", "{\"A\":\"2\",\"B\":\"1\"}" },
        { "services:\n  a: {extends: {service: b}}\n  b: {extends: c, user: u}\n  c: {image: x}\n",
          NULL, "services.a.user", "\"u\"" },
        { "services:\n  a: {extends: b, ports: ['80:80']}\n  b: {image: x, ports: ['81:81']}\n",
          NULL, "services.a.ports",
          "[{\"mode\":\"ingress\",\"protocol\":\"tcp\",\"published\":\"81\",\"target\":81},"
          "{\"mode\":\"ingress\",\"protocol\":\"tcp\",\"published\":\"80\",\"target\":80}]" },
        { "services:\n  a: {extends: b, command: [z]}\n  b: {image: x, command: [y, q]}\n", NULL,
          "services.a.command", "[\"z\"]" },
        { "services:\n  a: {extends: b, labels: !reset }\n  b: {image: x, labels: [a=b]}\n", NULL,
          "services.a.labels", "(none)" },
        { "services:\n  a: {extends: b, labels: !override [c=d]}\n  b: {image: x, labels: [a=b]}\n",
          NULL, "services.a.labels", "{\"c\":\"d\"}" },
        { "services:\n  a: {image: x, extends: {file: sub/b.yaml, service: b}}\n",
          "services: {b: {volumes: ['./d:/d']}}\n", "services.a.volumes",
          "[{\"bind\":{\"create_host_path\":true},\"source\":\"@/sub/d\",\"target\":\"/"
          "d\",\"type\":"
          "\"bind\"}]" },
        { "services:\n  a: {extends: {file: sub/b.yaml, service: b}}\n",
          "services: {b: {image: 'x:${TOP}${WHERE}'}}\n", "services.a.image", "\"x:top\"" },
        { "services:\n  a: {extends: b}\n  b: {extends: c, labels: !reset }\n"
          "  c: {image: x, labels: [a=b]}\n",
          NULL, "services.a.labels", "(none)" },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(an_included_file_is_a_model_of_its_own)
{
    static const struct row rows[] = {
        { "include: [sub/b.yaml]\nservices: {a: {image: x}}\n", "services: {b: {image: y}}\n",
          "services.b.image", "\"y\"" },
        { "include: [sub/b.yaml]\n", "services: {b: {image: 'x:${TOP}${WHERE}'}}\n",
          "services.b.image", "\"x:topsub\"" },
        { "include: [sub/b.yaml]\n", "services: {b: {image: x, volumes: ['./d:/d']}}\n",
          "services.b.volumes",
          "[{\"bind\":{\"create_host_path\":true},\"source\":\"@/sub/d\",\"target\":\"/"
          "d\",\"type\":"
          "\"bind\"}]" },
        { "include: [{path: sub/b.yaml, project_directory: .}]\n",
          "services: {b: {image: x, build: {context: ./d}}}\n", "services.b.build.context",
          "\"@/d\"" },
        { "include: [sub/b.yaml, ./sub/b.yaml]\nservices: {a: {image: x, depends_on: [b]}}\n",
          "services: {b: {image: y, volumes: ['v:/v', './d:/d']}}\nvolumes: {v: }\n",
          "services.a.depends_on",
          "{\"b\":{\"condition\":\"service_started\",\"required\":true}}" },
        { "include: [sub/b.yaml]\nx-own: 1\n", "services: {b: {image: y}}\nx-its: 2\nname: other\n",
          "x-its", "(none)" },
        { "include: [sub/b.yaml]\n", "services: {b: {image: y, environment: [WHERE]}}\n",
          "services.b.environment", "{\"WHERE\":\"sub\"}" },
        { "include: [sub/b.yaml]\n---\nservices: {b: {image: z}}\n", "services: {b: {image: y}}\n",
          "services.b.image", "\"z\"" },
    };
    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}
END_TEST

START_TEST(what_is_wrong_is_told_with_what_led_there)
{
    static const char *const rows[][4] = {
        { "services: {a: {extends: a}}\n", "", "extends 'a', which in turn extends it", NULL },
        { "services: {a: {extends: b}, b: {extends: a}}\n", "", "which in turn extends it", NULL },
        { "services: {a: {extends: q}, qq: {image: x}}\n", "", "extends 'q', which is not there",
          NULL },
        { "services: {a: {extends: {file: sub/b.yaml, service: q}}}\n",
          "services: {b: {image: x}}\n", "extends 'q', which is not there", NULL },
        { "services: {a: {extends: {file: sub/no.yaml, service: q}}}\n", "",
          "there is no such file", NULL },
        { "services: {a: {extends: {file: sub/b.yaml}}}\n", "", "needs the name of a service",
          NULL },
        { "services: {a: {extends: {file: sub/b.yaml, service: b}}}\n",
          "services: {b: {imge: x}}\n", "unknown key 'imge'", "extended at compose.yaml:1:32" },
        { "include: [sub/b.yaml]\n", "services: {b: {imge: x}}\n", "unknown key 'imge'",
          "included at compose.yaml:1:11" },
        { "include: [sub/b.yaml]\n", "include: [b.yaml]\nservices: {b: {image: x}}\n",
          "'sub/b.yaml' includes itself", "included at compose.yaml:1:11" },
        { "include: [sub/b.yaml]\nservices: {b: {image: other}}\n", "services: {b: {image: x}}\n",
          "service 'b' is in an included file too", NULL },
        { "include: sub/b.yaml\n", "", "must be a list", NULL },
        { "include: [{env_file: x}]\n", "", "needs 'path'", NULL },
        { "include: [[sub/b.yaml]]\n", "", "a path or a mapping, not a list", NULL },
        { "include: [{path: sub/b.yaml, env_file: no.env}]\n", "services: {b: {image: x}}\n",
          "env_file 'no.env' of an include is not there", NULL },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct given g = given();
        given_file(&g, "compose.yaml", rows[i][0]);
        given_file(&g, "sub/b.yaml", rows[i][1]);
        given_load(&g);
        ck_assert_msg(g.rc == -STK_ECONFIG, "%s was taken", rows[i][0]);
        const struct stk_diag *d = &g.diags.v[0];
        ck_assert_msg(strstr(d->msg, rows[i][2]) != NULL, "%s: %s", rows[i][0], d->msg);
        ck_assert_uint_gt(d->src.line, 0);
        if (rows[i][3])
            assert_via(d, rows[i][3]);
        else
            ck_assert_uint_eq(d->n_via, 0);
        given_end(&g);
    }
}
END_TEST

START_TEST(a_base_shared_by_many_is_read_once_and_cannot_fill_the_memory)
{
    struct given g = given();
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 4 * STK_MIB);
    stk_buf_puts(&text, "services:\n  s: {image: x, environment: [");
    for (unsigned i = 0; i < 20000; i++)
        stk_buf_printf(&text, "A%u=1,", i);
    stk_buf_puts(&text, "]}\n");
    for (unsigned i = 0; i < 5000; i++)
        stk_buf_printf(&text, "  s%u: {extends: s}\n", i);
    given_file(&g, "compose.yaml", text.bytes);
    given_load(&g);
    ck_assert_int_eq(g.rc, -STK_ECONFIG);
    ck_assert_str_eq(g.diags.v[0].msg, "too large once it is merged");
    given_end(&g);
}
END_TEST

STK_TESTS("extends", the_base_lies_below_what_extends_it, an_included_file_is_a_model_of_its_own,
          what_is_wrong_is_told_with_what_led_there,
          a_base_shared_by_many_is_read_once_and_cannot_fill_the_memory)
