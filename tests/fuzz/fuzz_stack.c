/* fuzz_stack.c — any bytes as a stack file: it is refused with a place, or what it means can be printed
 * with the origins of its values and read back as the same. */
#include <string.h>

#include "fuzz.h"
#include "stackctl/spec.h"

static const char *const variables[] = { "HOME=/home/me", "SET=value",
                                         "EMPTY=", "COMPOSE_DISABLE_ENV_FILE=1", NULL };

static struct stk_spec *load(const char *path, int *ret_rc)
{
    const char *files[] = { path }, *profiles[] = { "*" };
    struct stk_spec_opts opts = {
        .files = { true, 1, files },
        .profiles = { true, 1, profiles },
        .project = "fuzz",
        .cwd = "/proc",
        .environ = (char *const *)(uintptr_t)variables,
        .no_run = true,
        .provenance = true,
    };
    struct stk_diags diags = { 0 };
    struct stk_spec *spec = NULL;
    *ret_rc = stk_spec_load(&opts, &spec, &diags);
    if ((*ret_rc == 0) != (spec != NULL) || (*ret_rc && diags.errors == 0))
        abort();
    stk_diags_clear(&diags);
    return spec;
}

static void same(const struct stk_spec *a, const struct stk_spec *b)
{
    if (a->n_services != b->n_services || a->n_networks != b->n_networks ||
        a->n_volumes != b->n_volumes)
        abort();
    for (size_t i = 0; i < a->n_services; i++)
        if (strcmp(a->services[i].config, b->services[i].config) != 0) {
            fprintf(stderr, "%s\n%s\n", a->services[i].config, b->services[i].config);
            abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int rc;
    struct memory_file file = memory_file(data, size);
    struct stk_spec *spec = load(file.path, &rc);
    close(file.fd);
    if (!spec)
        return 0;
    char *json = NULL, *yaml = NULL;
    stk_spec_print(spec, STK_FORMAT_JSON, &json);
    stk_spec_print_provenance(spec, STK_FORMAT_YAML, &yaml);
    file = memory_file(yaml, strlen(yaml));
    struct stk_spec *again = load(file.path, &rc);
    close(file.fd);
    if (!again) {
        fprintf(stderr, "does not read back:\n%s\n", yaml);
        abort();
    }
    same(spec, again);
    free(json);
    free(yaml);
    stk_spec_free(spec);
    stk_spec_free(again);
    return 0;
}
