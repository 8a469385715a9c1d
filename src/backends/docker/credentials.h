/* credentials.h — what the configuration says the user is logged in to. Who asks for one login: login.h. */
#ifndef STK_DOCKER_CREDENTIALS_H
#define STK_DOCKER_CREDENTIALS_H

#include <jansson.h>
#include <stdbool.h>

/* Where a container with use_api_socket finds them. */
#define STK_CREDENTIALS_DIR  "/run/secrets/docker"
#define STK_CREDENTIALS_PATH STK_CREDENTIALS_DIR "/config.json"

/* The text of a config.json with the logins of the user's own; malloc'd, never NULL. home is HOME,
 * config DOCKER_CONFIG; both may be NULL. *ret_hidden: some are kept by a helper program, and are not
 * among them. */
char *stk_credentials(const char *home, const char *config, bool *ret_hidden);

/* The user's config.json, or NULL. */
json_t *stk_user_config(const char *home, const char *config);

#endif
