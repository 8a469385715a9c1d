/* sample.c — computes what a container uses, as Docker's own program does it. */
#include "sample.h"

#include <string.h>

#include "engine.h"

static double cpu_percent(const json_t *stats)
{
    const json_t *now = stk_json_get(stats, "cpu_stats"),
                 *before = stk_json_get(stats, "precpu_stats");
    const json_t *usage = stk_json_get(now, "cpu_usage");
    double used = (double)stk_json_int(usage, "total_usage") -
                  (double)stk_json_int(stk_json_get(before, "cpu_usage"), "total_usage");
    double passed = (double)stk_json_int(now, "system_cpu_usage") -
                    (double)stk_json_int(before, "system_cpu_usage");
    double cpus = (double)stk_json_int(now, "online_cpus");
    if (cpus <= 0)
        cpus = (double)stk_json_n(stk_json_get(usage, "percpu_usage"));
    return used > 0 && passed > 0 ? used / passed * cpus * 100 : 0;
}

/* The cache that can be given back at once is no use of memory; cgroups 1 and 2 name it differently. */
static int64_t memory_used(const json_t *memory)
{
    static const char *const keys[] = { "total_inactive_file", "inactive_file" };
    const json_t *details = stk_json_get(memory, "stats");
    int64_t usage = stk_json_int(memory, "usage");
    for (size_t i = 0; i < STK_LEN(keys); i++)
        if (stk_json_get(details, keys[i])) {
            int64_t cache = stk_json_int(details, keys[i]);
            return cache < usage ? usage - cache : usage;
        }
    return usage;
}

static void add_networks(struct stk_sample *sample, const json_t *networks)
{
    const char *name;
    json_t *network;
    json_object_foreach((json_t *)(uintptr_t)networks, name, network)
    {
        sample->net_in += stk_json_int(network, "rx_bytes");
        sample->net_out += stk_json_int(network, "tx_bytes");
    }
}

static void add_blocks(struct stk_sample *sample, const json_t *entries)
{
    for (size_t i = 0; i < stk_json_n(entries); i++) {
        const json_t *entry = stk_json_at(entries, i);
        const char *what = stk_json_text(entry, "op");
        if (what && strcasecmp(what, "read") == 0)
            sample->block_in += stk_json_int(entry, "value");
        else if (what && strcasecmp(what, "write") == 0)
            sample->block_out += stk_json_int(entry, "value");
    }
}

struct stk_sample stk_sample_read(const json_t *stats)
{
    const json_t *memory = stk_json_get(stats, "memory_stats");
    struct stk_sample sample = {
        .cpu_percent = cpu_percent(stats),
        .memory = memory_used(memory),
        .memory_limit = stk_json_int(memory, "limit"),
        .pids = stk_json_int(stk_json_get(stats, "pids_stats"), "current"),
    };
    if (sample.memory_limit > 0)
        sample.memory_percent = (double)sample.memory / (double)sample.memory_limit * 100;
    add_networks(&sample, stk_json_get(stats, "networks"));
    add_blocks(&sample,
               stk_json_get(stk_json_get(stats, "blkio_stats"), "io_service_bytes_recursive"));
    return sample;
}
