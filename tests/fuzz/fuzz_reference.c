/* fuzz_reference.c — references to images: completed once they are complete, taken apart they name what they
 * named, and nothing of them gets raw into the path of a request. */
#include <string.h>

#include "engine.h"
#include "fuzz.h"
#include "login.h"
#include "pull.h"
#include "words.h"

static void check_escaped(const char *text)
{
    char *escaped = stk_url_escape(text);
    if (escaped[strcspn(escaped, " ?#&\r\n\t\\\"")])
        abort();
    free(escaped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *ref = malloc(size + 1);
    if (!ref)
        abort();
    memcpy(ref, data, size);
    ref[size] = '\0';
    char *normal = stk_image_normal(ref), *again = stk_image_normal(normal);
    char *registry = stk_registry_of(ref), *name = NULL, *tag = NULL;
    stk_image_split(ref, &name, &tag);
    if (strcmp(normal, again) != 0 || !*registry || !strstr(ref, name))
        abort();
    check_escaped(ref);
    check_escaped(tag);
    (void)stk_image_is_id(ref);
    (void)stk_login_key(registry);
    free(tag);
    free(name);
    free(registry);
    free(again);
    free(normal);
    free(ref);
    return 0;
}
