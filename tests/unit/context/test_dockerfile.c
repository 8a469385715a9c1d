/* test_dockerfile.c — what a Dockerfile is built upon. */
#include "test.h"

#include "arena.h"
#include "dockerfile.h"

static const struct {
    const char *text, *bases; /* joined by spaces */
} rows[] = {
    { "", "" },
    { "FROM busybox", "busybox" },
    { "# FROM x\n\nfrom  busybox:1.36 as a\nFROM a\nFROM scratch\nFROM B AS c\n",
      "busybox:1.36 B" },
    { "FROM --platform=linux/amd64 \\\n  # a comment within\n  busybox\n", "busybox" },
    { "ARG V=1\nFROM x:$V\nFROM y:${V}-slim", "x:1 y:1-slim" },
    { "ARG GIVEN=default\nFROM $GIVEN", "from-outside" },
    { "ARG GIVEN\nFROM ${GIVEN}", "from-outside" },
    { "ARG V\nFROM ${V:-fallback}\nFROM ${V:+no}x", "fallback x" },
    { "ARG V=z\nFROM ${V:+yes}\nFROM ${V:-no}", "yes z" },
    { "FROM ${", "" },
    { "FROM x\nARG V=late\nFROM y$V", "x y" },
    { "# escape=`\nFROM `\n x", "x" },
    { "FROM x\r\nRUN y\r\nFROM x\r\n", "x" },
};

START_TEST(bases_are_found)
{
    struct stk_kv kv = { .key = "GIVEN", .value = "from-outside" };
    struct stk_kvs args = { .n = 1, .v = &kv };
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        struct stk_arena *arena = stk_arena_new();
        struct stk_strs bases = stk_dockerfile_bases(rows[i].text, &args, arena);
        const char *all = "";
        for (size_t k = 0; k < bases.n; k++)
            all = stk_arena_printf(arena, "%s%s%s", all, k ? " " : "", bases.v[k]);
        ck_assert_msg(strcmp(all, rows[i].bases) == 0, "'%s': '%s'", rows[i].text, all);
        stk_arena_free(arena);
    }
}
END_TEST

START_TEST(what_needs_buildkit_is_found)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        { "FROM x\nRUN make", NULL },
        { "FROM x\nRUN --mount=type=cache,target=/c make", "RUN --mount" },
        { "FROM x\nCOPY --from=a --link b c", "COPY --link" },
        { "FROM x\nCOPY --from=a --chown=1 b c", NULL },
        { "FROM x\nRUN <<EOF\nmake\nEOF", "a here-document" },
        { "FROM x\nRUN echo $((1<<X))", NULL },
    };
    for (size_t i = 0; i < STK_LEN(cases); i++) {
        const char *what = stk_dockerfile_needs_buildkit(cases[i].text);
        ck_assert_msg(what == cases[i].what ||
                          (what && cases[i].what && strcmp(what, cases[i].what) == 0),
                      "'%s': %s", cases[i].text, what ? what : "nothing");
    }
}
END_TEST

STK_TESTS("dockerfile", bases_are_found, what_needs_buildkit_is_found)
