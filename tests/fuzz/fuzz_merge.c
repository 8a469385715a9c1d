/* fuzz_merge.c — two stack files, one over the other: they are refused with a place, or what they make
 * can be printed. The text before the first line "===" is the one, what follows it the other. */
#include <string.h>

#include "fuzz.h"
#include "stackctl/spec.h"

static const char *const variables[] = { "HOME=/home/me", "SET=value", "COMPOSE_DISABLE_ENV_FILE=1",
                                         NULL };

static void load(const char *const *paths, size_t n)
{
    const char *files[2] = { paths[0], paths[n - 1] }, *profiles[] = { "*" };
    struct stk_spec_opts opts = {
        .files = { true, n, files },
        .profiles = { true, 1, profiles },
        .project = "fuzz",
        .cwd = "/proc",
        .environ = (char *const *)(uintptr_t)variables,
        .no_run = true,
    };
    struct stk_diags diags = { 0 };
    struct stk_spec *spec = NULL;
    int rc = stk_spec_load(&opts, &spec, &diags);
    if ((rc == 0) != (spec != NULL) || (rc && diags.errors == 0))
        abort();
    char *text = NULL;
    if (spec)
        stk_spec_print(spec, STK_FORMAT_JSON, &text);
    free(text);
    stk_diags_clear(&diags);
    stk_spec_free(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char between[] = "\n===\n";
    const uint8_t *cut = memmem(data, size, between, sizeof(between) - 1);
    const uint8_t *rest = cut ? cut + sizeof(between) - 1 : data + size;
    struct memory_file base = memory_file(data, cut ? (size_t)(cut - data) : size);
    struct memory_file over = memory_file(rest, (size_t)(data + size - rest));
    const char *paths[] = { base.path, over.path };
    load(paths, 2);
    load(paths, 1);
    close(base.fd);
    close(over.fd);
    return 0;
}
