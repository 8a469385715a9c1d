/* keys_own.c — keys of x-stackctl of a service: what Docker Compose has no key for, and keeps out of its
 * hash, so that none of them makes it replace a container. */
#include "arena.h"
#include "keys.h"

#define AT(member) offsetof(struct stk_ready_http, member)
static const struct key http_keys[] = {
    { "path", &type_inside_path, AT(path), 0, "what is asked for; absent: /", NULL },
    { "port", &type_int, AT(port), 0, "port in the container; absent: its only one", NULL },
    { "status", &type_int, AT(status), 0, "the answer it must be; absent: any from 200 to 399",
      NULL },
};
static const struct table http_table = TABLE("ready.http", http_keys);
#undef AT

#define AT(member) offsetof(struct stk_ready, member)
static const struct key ready_keys[] = {
    { "tcp", &type_address, AT(tcp), 0,
      "a port of the container that takes connections, or HOST:PORT", NULL },
    { "http", &type_ready_http, AT(http), 0, "a path that is answered well", &http_table },
    { "log", &type_regex, AT(log), 0, "regular expression that a line of its output matches",
      NULL },
    { "file", &type_inside_path, AT(file), 0, "a path in the container that must exist", NULL },
    { "timeout", &type_duration, AT(timeout), 0, "time after which waiting for it has failed",
      NULL },
};
static const struct table ready_table = {
    .what = "ready", .keys = ready_keys, .n = STK_LEN(ready_keys), .finish = ready_finish
};
#undef AT

#define AT(member) offsetof(struct stk_watch, member)
static const struct key action_rows[] = {
    { "restart", NULL, 0, 0, "restart the containers", NULL },
    { "signal", NULL, 0, 0, "send them a signal", NULL },
    { "exec", NULL, 0, 0, "run a command in them", NULL },
    { "recreate", NULL, 0, 0, "replace them", NULL },
};
static const struct table action_words = TABLE("restart, signal, exec or recreate", action_rows);
static const struct key watch_keys[] = {
    { "path", &type_path, AT(path), KEY_REQUIRED, "what is watched", NULL },
    { "action", &type_word, AT(action), KEY_REQUIRED, "what is done", &action_words },
    { "signal", &type_text, AT(signal), 0, "that of signal: a name or a number", NULL },
    { "exec", &type_group, AT(exec), 0, "command of exec", &hook_table },
    { "ignore", &type_string_or_strings, AT(ignore), KEY_DISTINCT, "patterns that do not count",
      NULL },
    { "include", &type_string_or_strings, AT(include), KEY_DISTINCT, "patterns that alone count",
      NULL },
};
static const struct table watch_table =
    TABLE_OF(stk_watch, "watch", watch_keys, .finish = own_watch_finish);
#undef AT

#define AT(member) offsetof(struct stk_own, member)
static const struct key kind_rows[] = {
    { "job", NULL, 0, 0, "it is ready when it has exited 0", NULL },
    { "service", NULL, 0, 0, "it is ready when it runs; when it exits it has failed", NULL },
};
static const struct table kind_words = TABLE("job or service", kind_rows);
static const struct key own_keys[] = {
    { "kind", &type_word, AT(kind), 0, "job or service; absent: a job is what exits 0 by itself",
      &kind_words },
    { "once", &type_bool, AT(once), 0, "a finished job is run again only when it changes", NULL },
    { "ready", &type_set_group, AT(ready), 0, "how to tell from outside that it is ready",
      &ready_table },
    { "settle", &type_duration, AT(settle), 0,
      "without a check, up for so long it is ready; absent: 2s", NULL },
    { "watch", &type_objects, AT(watch), KEY_NO_HASH, "what to do when files change",
      &watch_table },
    { "accelerated", &type_bool, AT(accelerated), KEY_PRINT_FALSE,
      "false: its health check is run on the engine's schedule only", NULL },
};
const struct table own_table = {
    .what = "x-stackctl", .keys = own_keys, .n = STK_LEN(own_keys), .finish = own_finish
};
#undef AT
