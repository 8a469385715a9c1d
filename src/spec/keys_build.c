/* keys_build.c — keys of how an image is built, kept current while it is worked on, and of the commands
 * that run at moments of a container's life. */
#include "arena.h"
#include "keys.h"

#define AT(member) offsetof(struct stk_build, member)
static const struct key build_keys[] = {
    { "context", &type_string, AT(context), 0, "directory or repository", NULL },
    { "dockerfile", &type_string, AT(dockerfile), 0, "file in it; absent: Dockerfile", NULL,
      "Dockerfile" },
    { "dockerfile_inline", &type_string, AT(dockerfile_inline), 0, "instead of a file", NULL },
    { "entitlements", &type_strings, AT(entitlements), 0, "powers of the builder", NULL },
    { "args", &type_kvs, AT(args), KEY_FROM_ENV | KEY_NULLS | KEY_DROP_UNSET, "build arguments",
      NULL },
    { "ssh", &type_ssh, AT(ssh), KEY_NULLS, "keys the builder may use", NULL },
    { "labels", &type_kvs, AT(labels), 0, "labels of the image", NULL },
    { "cache_from", &type_strings, AT(cache_from), 0, "where cached layers come from", NULL },
    { "cache_to", &type_strings, AT(cache_to), 0, "where they go", NULL },
    { "no_cache", &type_bool, AT(no_cache), 0, "build everything anew", NULL },
    { "additional_contexts", &type_contexts, AT(additional_contexts), 0, "further contexts by name",
      NULL },
    { "network", &type_string, AT(network), 0, "network of its steps", NULL },
    { "provenance", &type_text, AT(provenance), 0, "attest how it was built", NULL },
    { "sbom", &type_text, AT(sbom), 0, "attest what is in it", NULL },
    { "pull", &type_bool, AT(pull), 0, "pull the base images", NULL },
    { "target", &type_string, AT(target), 0, "stage to build", NULL },
    { "shm_size", &type_bytes, AT(shm_size), 0, "size of /dev/shm", NULL },
    { "extra_hosts", &type_extra_hosts, AT(extra_hosts), 0, "names for /etc/hosts", NULL },
    { "isolation", &type_string, AT(isolation), 0, "for Windows", NULL },
    { "privileged", &type_bool, AT(privileged), 0, "all powers over the host", NULL },
    { "secrets", &type_file_refs, AT(secrets), 0, "secrets its steps may read", &config_ref_table },
    { "tags", &type_strings, AT(tags), KEY_UNIQUE, "further names of the image", NULL },
    { "ulimits", &type_ulimits, AT(ulimits), 0, "limits of its processes", &soft_hard_table },
    { "platforms", &type_strings, AT(platforms), 0, "what it is built for", NULL },
};
const struct table build_table = {
    .what = "build", .keys = build_keys, .n = STK_LEN(build_keys), .finish = build_finish
};
#undef AT

#define AT(member) offsetof(struct stk_hook, member)
#define HOOK_KEYS                                                                                  \
    { "command",     &type_command, AT(command), KEY_REQUIRED | KEY_PRINT_NULL | KEY_NULL_OK,      \
      "what is run", NULL },                                                                       \
        { "user", &type_string, AT(user), 0, "user it runs as", NULL },                            \
        { "privileged", &type_bool, AT(privileged), 0, "all powers over the host", NULL },         \
        { "working_dir", &type_string, AT(working_dir), 0, "directory it starts in", NULL },       \
        { "environment",           &type_kvs, AT(environment), KEY_FROM_ENV | KEY_NULLS,           \
          "environment variables", NULL },
static const struct key hook_keys[] = { HOOK_KEYS };
const struct table hook_table = TABLE_OF(stk_hook, "a hook", hook_keys, .finish = hook_finish);
#undef AT

#define AT(member) offsetof(struct stk_watch, member)
static const struct key action_rows[] = {
    { "rebuild", NULL, 0, 0, "build and replace", NULL },
    { "sync", NULL, 0, 0, "copy into the containers", NULL },
    { "restart", NULL, 0, 0, "restart the containers", NULL },
    { "sync+restart", NULL, 0, 0, "copy, then restart", NULL },
    { "sync+exec", NULL, 0, 0, "copy, then run a command", NULL },
};
static const struct table action_words =
    TABLE("rebuild, sync, restart, sync+restart or sync+exec", action_rows);
static const struct key watch_keys[] = {
    { "path", &type_path, AT(path), KEY_REQUIRED, "what is watched", NULL },
    { "action", &type_word, AT(action), KEY_REQUIRED, "what is done", &action_words },
    { "target", &type_string, AT(target), 0, "path in the containers", NULL },
    { "exec", &type_group, AT(exec), 0, "command of sync+exec", &hook_table },
    { "ignore", &type_string_or_strings, AT(ignore), KEY_DISTINCT, "patterns that do not count",
      NULL },
    { "include", &type_string_or_strings, AT(include), KEY_DISTINCT, "patterns that alone count",
      NULL },
    { "initial_sync", &type_bool, AT(initial_sync), 0, "copy everything at the start", NULL },
};
static const struct table watch_table =
    TABLE_OF(stk_watch, "watch", watch_keys, .finish = watch_finish);
#undef AT

#define AT(member) offsetof(struct stk_develop, member)
static const struct key develop_keys[] = {
    { "watch", &type_objects, AT(v), 0, "what to do when files change", &watch_table },
};
const struct table develop_table = TABLE("develop", develop_keys);
#undef AT

#define AT(member) offsetof(struct stk_provider, member)
static const struct key provider_keys[] = {
    { "type", &type_string, AT(type), KEY_REQUIRED, "the program that owns it", NULL },
    { "options", &type_provider_options, AT(options), 0, "its options", NULL },
};
const struct table provider_table = TABLE("provider", provider_keys);
#undef AT
