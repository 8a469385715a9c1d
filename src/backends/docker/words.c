/* words.c — reads and completes the engine's own spellings. Pure: no engine is asked. */
#include "words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool is_domain(const char *ref, size_t n)
{
    if (n == strlen("localhost") && strncmp(ref, "localhost", n) == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (ref[i] == '.' || ref[i] == ':' || isupper((unsigned char)ref[i]))
            return true;
    return false;
}

bool stk_image_is_id(const char *ref)
{
    if (stk_starts(ref, "sha256:"))
        return true;
    size_t n = strspn(ref, "0123456789abcdef");
    return n >= 4 && n <= 64 && !ref[n];
}

char *stk_image_normal(const char *ref)
{
    if (stk_starts(ref, "sha256:"))
        return stk_strdup(ref);
    const char *slash = strchr(ref, '/'), *rest = ref, *domain = "docker.io";
    size_t domain_n = strlen(domain);
    if (slash && is_domain(ref, (size_t)(slash - ref))) {
        domain = ref;
        domain_n = (size_t)(slash - ref);
        rest = slash + 1;
    }
    if (domain_n == strlen("index.docker.io") &&
        strncmp(domain, "index.docker.io", domain_n) == 0) {
        domain = "docker.io";
        domain_n = strlen(domain);
    }
    bool official = domain_n == strlen("docker.io") &&
                    strncmp(domain, "docker.io", domain_n) == 0 && !strchr(rest, '/');
    const char *digest = strchr(rest, '@'), *last = strrchr(rest, '/');
    const char *tag = strchr(last ? last : rest, ':');
    if (digest && tag && tag > digest)
        tag = NULL; /* the one of "sha256:" */
    size_t name_n = tag ? (size_t)(tag - rest) : digest ? (size_t)(digest - rest) : strlen(rest);
    const char *end = digest ? digest : tag ? tag : ":latest";
    return stk_printf("%.*s/%s%.*s%s", (int)domain_n, domain, official ? "library/" : "",
                      (int)name_n, rest, end);
}

void stk_status_text(const char *text, enum stk_health *ret_health, int *ret_exit_code)
{
    const char *open = text ? strchr(text, '(') : NULL;
    if (!open)
        return;
    if (stk_starts(text, "Exited (") || stk_starts(text, "Restarting ("))
        *ret_exit_code = atoi(open + 1);
    else if (stk_starts(open, "(healthy)"))
        *ret_health = STK_HEALTH_HEALTHY;
    else if (stk_starts(open, "(unhealthy)"))
        *ret_health = STK_HEALTH_UNHEALTHY;
    else if (stk_starts(open, "(health: starting)"))
        *ret_health = STK_HEALTH_STARTING;
}

enum stk_state stk_state_parse(const char *word)
{
    static const struct {
        const char *word;
        enum stk_state state;
    } rows[] = {
        { "created", STK_CREATED },   { "running", STK_RUNNING },
        { "paused", STK_PAUSED },     { "restarting", STK_RESTARTING },
        { "removing", STK_REMOVING }, { "exited", STK_EXITED },
        { "dead", STK_DEAD },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (stk_streq(word, rows[i].word))
            return rows[i].state;
    return STK_DEAD;
}

enum stk_health stk_health_parse(const char *word)
{
    if (stk_streq(word, "starting"))
        return STK_HEALTH_STARTING;
    if (stk_streq(word, "healthy"))
        return STK_HEALTH_HEALTHY;
    return stk_streq(word, "unhealthy") ? STK_HEALTH_UNHEALTHY : STK_HEALTH_NONE;
}

static const char *const until_words[] = {
    [STK_UNTIL_STARTED] = "service_started",
    [STK_UNTIL_HEALTHY] = "service_healthy",
    [STK_UNTIL_COMPLETED] = "service_completed_successfully",
    [STK_UNTIL_READY] = "service_started",
    [STK_UNTIL_EXITED] = "service_started",
};

const char *stk_until_word(enum stk_until until)
{
    return until_words[until];
}

static enum stk_until until_parse(const char *word, size_t n)
{
    for (size_t i = STK_UNTIL_STARTED; i <= STK_UNTIL_COMPLETED; i++)
        if (strlen(until_words[i]) == n && strncmp(until_words[i], word, n) == 0)
            return (enum stk_until)i;
    return STK_UNTIL_STARTED;
}

static struct stk_depend parse_one(struct stk_arena *arena, const char *item, size_t n)
{
    const char *colon = memchr(item, ':', n), *end = item + n;
    struct stk_depend dep = { .required = true };
    dep.service = stk_arena_strndup(arena, item, colon ? (size_t)(colon - item) : n);
    if (!colon)
        return dep;
    const char *word = colon + 1, *second = memchr(word, ':', (size_t)(end - word));
    dep.until = until_parse(word, (size_t)((second ? second : end) - word));
    dep.restart = second && end - second == 5 && strncmp(second, ":true", 5) == 0;
    return dep;
}

void stk_depends_parse(struct stk_arena *arena, const char *label, struct stk_depend **ret,
                       size_t *ret_n)
{
    size_t most = 1, n = 0;
    for (const char *c = label ? label : ""; *c; c++)
        most += *c == ',';
    struct stk_depend *v = stk_arena_array(arena, most, sizeof(*v));
    for (const char *item = label ? label : ""; *item;) {
        size_t size = strcspn(item, ",");
        if (size && *item != ':')
            v[n++] = parse_one(arena, item, size);
        item += size + (item[size] == ',');
    }
    *ret = v;
    *ret_n = n;
}

const char *stk_replaced_name(const char *name)
{
    return name && strspn(name, "0123456789abcdef") == 12 && name[12] == '_' && name[13] ? name + 13
                                                                                         : NULL;
}

bool stk_volume_is_anonymous(const char *name)
{
    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}
