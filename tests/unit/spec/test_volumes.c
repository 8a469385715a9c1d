/* Mounts: every short and long form, paths made absolute. */
#include "given.h"

static void given_volumes(struct given *g, const char *volumes)
{
    char text[500];
    snprintf(text, sizeof(text),
             "services:\n  a:\n    image: x\n    volumes: [%s]\nvolumes: {db: , v: }\n", volumes);
    given_file(g, "compose.yaml", text);
}

/* "type source target flags", with the project's directory as ".". */
static char *mount_of(const struct given *g, const struct stk_mount *m)
{
    static const char *const types[] = { "bind", "volume", "tmpfs" };
    struct stk_buf out;
    stk_buf_init(&out, 1000);
    bool below = m->source && strncmp(m->source, g->dir, strlen(g->dir)) == 0;
    stk_buf_printf(&out, "%s %s%s %s", types[m->type], below ? "." : "",
                   below       ? m->source + strlen(g->dir)
                   : m->source ? m->source
                               : "-",
                   m->target);
    if (m->read_only)
        stk_buf_puts(&out, " ro");
    if (m->nocopy)
        stk_buf_puts(&out, " nocopy");
    if (m->create_host_path.set)
        stk_buf_puts(&out, m->create_host_path.v ? " create" : " nocreate");
    if (m->selinux)
        stk_buf_printf(&out, " %s", m->selinux);
    if (m->propagation)
        stk_buf_printf(&out, " %s", m->propagation);
    if (m->tmpfs_size.set)
        stk_buf_printf(&out, " %lld", (long long)m->tmpfs_size.v);
    if (m->tmpfs_mode.set)
        stk_buf_printf(&out, " %llo", (long long)m->tmpfs_mode.v);
    return stk_buf_take(&out);
}

START_TEST(every_form_gives_its_mount)
{
    static const char *const rows[][2] = {
        { "/data", "volume - /data" },
        { "\"db:/data\"", "volume db /data" },
        { "\"v:/data\"", "volume v /data" },
        { "\"db:/data:ro\"", "volume db /data ro" },
        { "\"db:/data:nocopy\"", "volume db /data nocopy" },
        { "\"db:/data/../x//y/\"", "volume db /x/y" },
        { "\"./a:/data\"", "bind ./a /data create" },
        { "\".:/data\"", "bind . /data create" },
        { "\"./a/../b/:/data:ro\"", "bind ./b /data ro create" },
        { "\"/etc:/data:z,ro\"", "bind /etc /data ro create z" },
        { "\"/etc:/data:rshared\"", "bind /etc /data create rshared" },
        { "\"~/a:/data\"", "bind /home/me/a /data create" },
        { "\"/etc:/data:cached\"", "bind /etc /data create" },
        { "\"C:\\\\d:/data\"", "bind C:\\d /data create" },
        { "{type: bind, source: ./a, target: /data}", "bind ./a /data" },
        { "{type: bind, source: ./a, target: /data, bind: {create_host_path: false}}",
          "bind ./a /data nocreate" },
        { "{type: volume, source: db, target: /data, read_only: true, volume: {nocopy: true}}",
          "volume db /data ro nocopy" },
        { "{type: tmpfs, target: /data, tmpfs: {size: 64m, mode: 0755}}",
          "tmpfs - /data 67108864 755" },
        { "{type: tmpfs, target: /data, tmpfs: {mode: \"1777\"}}", "tmpfs - /data 1777" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_volumes(&g, rows[i][0]);
        char *got = mount_of(&g, &given_loads(&g)->services[0].volumes[0]);
        ck_assert_msg(strcmp(got, rows[i][1]) == 0, "%s gave %s", rows[i][0], got);
        free(got);
    }
    given_end(&g);
}
END_TEST

START_TEST(wrong_volumes_are_told)
{
    static const char *const rows[][2] = {
        { "\"\"", "it is empty" },
        { "\":/data\"", "nothing stands before, between or after ':'" },
        { "\"db:\"", "nothing stands before, between or after ':'" },
        { "\"db:/data:ro:rw\"", "too many ':'" },
        { "8", "must be a string or a mapping" },
        { "{source: db, target: /data}", "needs 'type'" },
        { "{type: bind, target: /data}", "needs 'source'" },
        { "{type: volume, source: db}", "needs 'target'" },
        { "{type: disk, target: /data}", "must be one of bind, volume, tmpfs and image" },
        { "{type: bind, source: /x, target: /data, bind: {recursive: maybe}}",
          "must be enabled, disabled, writable or readonly" },
        { "{type: tmpfs, target: /data, tmpfs: {size: -1}}", "must not be negative" },
        { "\"bd:/data\"", "uses volume 'bd', which is not there" },
    };
    struct given g = given();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        given_volumes(&g, rows[i][0]);
        given_load(&g);
        ck_assert_msg(g.rc == -STK_ECONFIG, "%s was taken", rows[i][0]);
        ck_assert_msg(strstr(g.diags.v[0].msg, rows[i][1]) != NULL, "%s: %s", rows[i][0],
                      g.diags.v[0].msg);
        ck_assert_uint_eq(g.diags.v[0].src.line, 4);
    }
    given_end(&g);
}
END_TEST

START_TEST(of_two_volumes_at_one_target_the_last_stays_and_it_is_told)
{
    struct given g = given();
    given_volumes(&g, "\"db:/data\", \"/x:/y\", \"./a:/data\"");
    const struct stk_service *s = &given_loads(&g)->services[0];
    ck_assert_uint_eq(s->n_volumes, 2);
    ck_assert_int_eq(s->volumes[0].type, STK_MOUNT_BIND);
    ck_assert_uint_eq(g.diags.n, 1);
    ck_assert_int_eq(g.diags.v[0].severity, STK_WARNING);
    given_end(&g);
}
END_TEST

STK_TESTS("volumes", every_form_gives_its_mount, wrong_volumes_are_told,
          of_two_volumes_at_one_target_the_last_stays_and_it_is_told)
