/* credentials.c — see credentials.h. Reads the file only: helper programs that keep logins are not
 * asked. */
#include "credentials.h"

#include <jansson.h>

#include "arena.h"
#include "engine.h"

json_t *stk_user_config(const char *home, const char *config)
{
    if (!home && !config)
        return NULL;
    STK_CLEANUP(stk_charp)
    char *path = config && *config ? stk_printf("%s/config.json", config)
                                   : stk_printf("%s/.docker/config.json", home ? home : "");
    return json_load_file(path, 0, NULL);
}

char *stk_credentials(const char *home, const char *config, bool *ret_hidden)
{
    STK_CLEANUP(stk_jsonp) json_t *user = stk_user_config(home, config);
    const json_t *auths = stk_json_get(user, "auths");
    STK_CLEANUP(stk_jsonp)
    json_t *ret =
        json_pack("{s:o}", "auths", json_is_object(auths) ? json_deep_copy(auths) : json_object());
    *ret_hidden =
        stk_json_text(user, "credsStore") || json_object_size(stk_json_get(user, "credHelpers"));
    char *text = json_dumps(ret, JSON_INDENT(1) | JSON_SORT_KEYS);
    if (!text)
        stk_out_of_memory();
    return text;
}
