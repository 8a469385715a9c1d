/* identity.c — see identity.h. */
#include "identity.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "crypto_late.h"
#include "text.h"

enum { SALT = 16, SUM = 32, COST = 1 << 13, BLOCK = 8 };

static const char form[] = "1:"; /* of what stands in the label: "1:SALT:SUM" */
static const char *const lists[] = { "secrets", "configs" };

static void jsonp(json_t **json)
{
    json_decref(*json);
}

static void to_hex(const unsigned char *bytes, size_t n, char *ret)
{
    for (size_t i = 0; i < n; i++)
        snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

/* "1:SALT:SUM" of a plain sum; malloc'd. salt: as hex. */
static char *slow_sum(const char *plain, const char *salt)
{
    unsigned char sum[SUM];
    char hex[2 * SUM + 1];
    stk_crypto_load();
    if (EVP_PBE_scrypt(plain, strlen(plain), (const unsigned char *)salt, strlen(salt), COST, BLOCK,
                       1, 0, sum, sizeof(sum)) != 1)
        stk_out_of_memory(); /* nothing else can be wrong with these */
    to_hex(sum, sizeof(sum), hex);
    return stk_printf("%s%s:%s", form, salt, hex);
}

/* One for all that this process makes, so that a look costs one sum for each secret, not for each
 * container. */
static const char *own_salt(void)
{
    static char hex[2 * SALT + 1];
    unsigned char bytes[SALT];
    if (*hex)
        return hex;
    stk_crypto_load();
    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        fputs("fatal: no random numbers\n", stderr);
        exit(1);
    }
    to_hex(bytes, sizeof(bytes), hex);
    return hex;
}

/* The same sum is asked for by every instance of a service. */
static const char *remembered(json_t *memo, const char *plain, const char *salt)
{
    STK_CLEANUP(stk_charp) char *key = stk_printf("%s %s", plain, salt);
    if (!json_object_get(memo, key)) {
        STK_CLEANUP(stk_charp) char *sum = slow_sum(plain, salt);
        json_object_set_new(memo, key, json_string(sum));
    }
    return json_string_value(json_object_get(memo, key));
}

static char *text_of(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text)
        stk_out_of_memory();
    return text;
}

char *stk_identity_seal(const char *config)
{
    if (!strstr(config, "\"sha256\""))
        return stk_strdup(config);
    STK_CLEANUP(jsonp) json_t *json = json_loads(config, 0, NULL);
    STK_CLEANUP(jsonp) json_t *memo = json_object();
    for (size_t i = 0; i < STK_LEN(lists); i++) {
        size_t k;
        json_t *one;
        json_array_foreach(json_object_get(json, lists[i]), k, one)
        {
            const char *plain = json_string_value(json_object_get(one, "sha256"));
            if (!plain)
                continue;
            json_object_set_new(one, "scrypt", json_string(remembered(memo, plain, own_salt())));
            json_object_del(one, "sha256");
        }
    }
    return json ? text_of(json) : stk_strdup(config);
}

/* The plain sum of what the unit is given under the same name at the same place, or NULL. */
static const char *plain_sum(const json_t *wanted, const json_t *one)
{
    size_t k;
    json_t *other;
    json_array_foreach(wanted, k, other)
    {
        if (json_equal(json_object_get(other, "target"), json_object_get(one, "target")) &&
            json_equal(json_object_get(other, "source"), json_object_get(one, "source")))
            return json_string_value(json_object_get(other, "sha256"));
    }
    return NULL;
}

static bool is_sum_of(json_t *memo, const char *sealed, const char *plain)
{
    if (!plain || !stk_starts(sealed, form))
        return false;
    const char *begin = sealed + strlen(form), *end = strchr(begin, ':');
    if (!end || end - begin > 2 * SALT)
        return false;
    STK_CLEANUP(stk_charp) char *salt = stk_strndup(begin, (size_t)(end - begin));
    return strcmp(remembered(memo, plain, salt), sealed) == 0;
}

static void unseal(json_t *memo, json_t *label, const json_t *config)
{
    for (size_t i = 0; i < STK_LEN(lists); i++) {
        size_t k;
        json_t *one;
        json_array_foreach(json_object_get(label, lists[i]), k, one)
        {
            const char *sealed = json_string_value(json_object_get(one, "scrypt"));
            if (!sealed)
                continue;
            const char *plain = plain_sum(json_object_get(config, lists[i]), one);
            bool same = is_sum_of(memo, sealed, plain);
            json_object_set_new(one, "sha256", json_string(same ? plain : "changed"));
            json_object_del(one, "scrypt");
        }
    }
}

void stk_identity_unseal(struct stk_seen *seen, const struct stk_unit *const *units, size_t n)
{
    STK_CLEANUP(jsonp) json_t *memo = json_object();
    for (size_t i = 0; i < n; i++) {
        /* whoever asked for the statuses owns them */
        struct stk_status *status =
            (struct stk_status *)(uintptr_t)stk_seen_find(seen, units[i]->ref);
        if (!status || !status->config || !units[i]->config ||
            !strstr(status->config, "\"scrypt\""))
            continue;
        STK_CLEANUP(jsonp) json_t *label = json_loads(status->config, 0, NULL);
        STK_CLEANUP(jsonp) json_t *config = json_loads(units[i]->config, 0, NULL);
        if (!json_is_object(label))
            continue;
        unseal(memo, label, config);
        STK_CLEANUP(stk_charp) char *text = text_of(label);
        status->config = stk_arena_strdup(seen->arena, text);
    }
}
