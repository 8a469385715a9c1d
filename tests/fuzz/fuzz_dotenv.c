/* fuzz_dotenv.c — any bytes as an env file, quoted and raw. */
#include <string.h>

#include "fuzz.h"
#include "stackctl/spec.h"

static void load(const char *format, const char *path)
{
    static const char *const variables[] = { "SET=value", "COMPOSE_DISABLE_ENV_FILE=1", NULL };
    char text[300];
    snprintf(text, sizeof(text), "services: {a: {image: x, env_file: [{path: %s%s}]}}\n", path,
             format);
    struct memory_file stack = memory_file(text, strlen(text));
    const char *files[] = { stack.path };
    struct stk_spec_opts opts = {
        .files = { true, 1, files },
        .project = "fuzz",
        .cwd = "/proc",
        .environ = (char *const *)(uintptr_t)variables,
    };
    struct stk_diags diags = { 0 };
    struct stk_spec *spec = NULL;
    int rc = stk_spec_load(&opts, &spec, &diags);
    if ((rc == 0) != (spec != NULL) || (rc && diags.errors == 0))
        abort();
    const struct stk_kvs *env = spec ? &spec->services[0].environment : NULL;
    for (size_t i = 0; env && i < env->n; i++)
        if (!*env->v[i].key || !env->v[i].value ||
            (i && strcmp(env->v[i - 1].key, env->v[i].key) >= 0))
            abort();
    stk_diags_clear(&diags);
    stk_spec_free(spec);
    close(stack.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file(data, size);
    load("", file.path);
    load(", format: raw", file.path);
    close(file.fd);
    return 0;
}
