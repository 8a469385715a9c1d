/* main.c — runs every conformance case on one backend:  conformance BACKEND [SCRIPT] [CASE...]
 * Status 0: all hold. 1: some do not. 77: there is no such engine here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bench.h"
#include "bench_clean.h"
#include "text.h"

static const struct bench_case *const tables[] = { cases_start, cases_stop,  cases_wait,
                                                   cases_logs,  cases_kinds, cases_cancel };

static bool wanted(const char *name, int n, char **patterns)
{
    for (int i = 0; i < n; i++)
        if (stk_glob(patterns[i], name))
            return true;
    return n == 0;
}

/* A done that comes twice comes late: it is looked for after each case. */
static void check_dones(struct bench *b)
{
    bench_breathe(b, 5);
    if (b->dones != b->begun)
        bench_fail(b, __FILE__, __LINE__, "every done came exactly once");
}

static bool run_case(struct bench *b, const struct bench_case *c)
{
    int64_t began = stk_monotonic_ms();
    b->arena = stk_arena_new();
    b->begun = b->dones = 0;
    c->run(b);
    check_dones(b);
    bench_clean(b);
    stk_arena_free(b->arena);
    bool ok = !b->failure;
    printf("%s %s (%lld ms)%s%s\n",
           b->skipped ? "skip"
           : ok       ? "ok"
                      : "FAILED",
           c->name, (long long)(stk_monotonic_ms() - began), ok ? "" : "\n    ",
           ok ? "" : b->failure);
    if (b->skipped)
        printf("    %s\n", b->skipped);
    fflush(stdout);
    free(TAKE(b->failure));
    free(TAKE(b->skipped));
    return ok;
}

static int run_all(struct bench *b, int n, char **patterns)
{
    int failed = 0, ran = 0;
    for (size_t i = 0; i < STK_LEN(tables); i++) {
        for (const struct bench_case *c = tables[i]; c->name; c++) {
            if (!wanted(c->name, n, patterns))
                continue;
            ran++;
            failed += !run_case(b, c);
        }
    }
    printf("%d cases, %d failed\n", ran, failed);
    return failed ? 1 : 0;
}

/* An engine that does not answer is none of our faults. */
static bool answers(struct bench *b)
{
    b->arena = stk_arena_new();
    bool ok = bench_look_all(b, BENCH_PROJECT) != NULL;
    if (!ok)
        printf("skipped: %s\n", bench_said(b));
    else
        bench_clean(b); /* what a killed run may have left */
    stk_arena_free(b->arena);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: conformance BACKEND [SCRIPT] [CASE...]\n");
        return 2;
    }
    bool fake = strcmp(argv[1], "fake") == 0;
    int first = fake ? 3 : 2;
    struct stk_runtime_opts opts = { .backend = argv[1],
                                     .project = BENCH_PROJECT,
                                     .tool = "conformance",
                                     .script = fake ? argv[2] : NULL };
    struct stk_error err = { 0 };
    struct bench b = { .loop = stk_loop_new(), .real = !fake };
    stk_buf_init(&b.log, STK_MIB);
    if (stk_runtime_open(b.loop, &opts, &b.rt, &err) < 0) {
        fprintf(stderr, "conformance: %s\n", err.msg);
        return 1;
    }
    int status = answers(&b) ? run_all(&b, argc > first ? argc - first : 0, argv + first) : 77;
    stk_runtime_close(b.rt);
    stk_buf_clear(&b.log);
    stk_loop_free(b.loop);
    return status;
}
