/* fuzz_answers.c — JSON answers of the engine, of any shape, through everything that reads them. The first
 * byte says what the answer is taken for. */
#include <string.h>

#include "drift.h"
#include "fuzz.h"
#include "pull.h"
#include "resolve.h"
#include "sample.h"
#include "seen.h"
#include "shares.h"

typedef void read_fn(struct stk_seeing *seeing, const json_t *json);

static void read_list(struct stk_seeing *seeing, const json_t *json)
{
    for (size_t i = 0; i < stk_json_n(json); i++)
        stk_see_listed(seeing, stk_json_at(json, i));
    free(stk_found_id(STK_SERVICE, json));
    free(stk_found_id(STK_NETWORK, json));
    free(stk_found_id(STK_VOLUME, json));
    json_decref(stk_shares_read(json));
}

static void read_images(struct stk_seeing *seeing, const json_t *json)
{
    stk_see_image(seeing, "busybox:1", stk_image_find(json, "busybox:1"));
    stk_see_image(seeing, "busybox", json);
}

/* Every field that an instance is compared by. */
static void read_fields(struct stk_seeing *seeing, const json_t *json)
{
    static stk_drift_read *const fields[] = {
        stk_drift_environment, stk_drift_labels,        stk_drift_expose,   stk_drift_ports,
        stk_drift_restart,     stk_drift_security,      stk_drift_ulimits,  stk_drift_devices,
        stk_drift_volumes,     stk_drift_mount_modes,   stk_drift_networks, stk_drift_image,
        stk_drift_image_id,    stk_drift_mount_options, stk_drift_name,     stk_drift_state,
        stk_drift_working_dir,
    };
    (void)seeing;
    for (size_t i = 0; i < STK_LEN(fields); i++)
        json_decref(fields[i](json));
    json_decref(stk_drift_attachments(json, json));
}

static void read_stats(struct stk_seeing *seeing, const json_t *json)
{
    (void)seeing;
    (void)stk_sample_read(json);
}

static read_fn *const readers[] = { read_list,   stk_see_detailed, stk_see_network, stk_see_volume,
                                    read_images, read_fields,      read_stats };

static void read_whole(read_fn *reader, const char *bytes, size_t size)
{
    struct stk_seeing seeing = { 0 };
    json_t *json = json_loadb(bytes, size, JSON_ALLOW_NUL, NULL);
    reader(&seeing, json);
    stk_seen_free(stk_seen_finish(&seeing));
    json_decref(json);
}

/* A pull's answer is JSON line by line. */
static void read_lines(const char *bytes, size_t size)
{
    struct stk_pull pull = { 0 };
    size_t half = size / 2;
    if (stk_pull_feed(&pull, bytes, half))
        (void)stk_pull_feed(&pull, bytes + half, size - half);
    stk_pull_clear(&pull);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    size_t which = data[0] % (STK_LEN(readers) + 1);
    if (which == STK_LEN(readers))
        read_lines((const char *)data + 1, size - 1);
    else
        read_whole(readers[which], (const char *)data + 1, size - 1);
    return 0;
}
