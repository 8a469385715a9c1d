/* create_resources.c — what a container may use of the machine: processor, memory, block devices,
 * devices and limits of processes. */
#include <string.h>

#include "arena.h"
#include "create.h"
#include "put.h"
#include "text.h"

/* Here and not by libm, which is a library to load for this one line. */
static json_int_t rounded(double v)
{
    if (!(v > -9e18 && v < 9e18))
        return v < 0 ? -(json_int_t)9e18 : (json_int_t)9e18;
    return (json_int_t)(v < 0 ? v - 0.5 : v + 0.5);
}

static void put_float(json_t *host, const char *key, struct stk_optf value, double unit)
{
    if (value.set)
        json_object_set_new(host, key, json_integer(rounded(value.v * unit)));
}

/* Limits under deploy win over the older keys beside it. */
static void put_processor(json_t *host, const struct stk_service *s)
{
    put_float(host, "NanoCpus", s->deploy.limit_cpus.set ? s->deploy.limit_cpus : s->cpus, 1e9);
    put_float(host, "CpuPercent", s->cpu_percent, 100);
    stk_put_int(host, "CpuCount", s->cpu_count);
    stk_put_int(host, "CpuShares", s->cpu_shares);
    stk_put_int(host, "CpuPeriod", s->cpu_period);
    stk_put_int(host, "CpuQuota", s->cpu_quota);
    stk_put_int(host, "CpuRealtimePeriod", s->cpu_rt_period);
    stk_put_int(host, "CpuRealtimeRuntime", s->cpu_rt_runtime);
    stk_put_str(host, "CpusetCpus", s->cpuset);
}

static void put_memory(json_t *host, const struct stk_service *s)
{
    const struct stk_deploy *deploy = &s->deploy;
    stk_put_int(host, "Memory", deploy->limit_memory.set ? deploy->limit_memory : s->mem_limit);
    stk_put_int(host, "MemoryReservation",
                deploy->reserve_memory.set ? deploy->reserve_memory : s->mem_reservation);
    stk_put_int(host, "MemorySwap", s->memswap_limit);
    stk_put_int(host, "MemorySwappiness", s->mem_swappiness);
    stk_put_bool(host, "OomKillDisable", s->oom_kill_disable);
    stk_put_int(host, "OomScoreAdj", s->oom_score_adj);
    stk_put_int(host, "ShmSize", s->shm_size);
}

static void put_rates(json_t *host, const char *key, const struct stk_device_rates *rates,
                      const char *unit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rates->n; i++)
        json_array_append_new(list, json_pack("{s:s, s:I}", "Path", rates->v[i].path, unit,
                                              (json_int_t)rates->v[i].rate.v));
    stk_put_some(host, key, list);
}

static void put_blkio(json_t *host, const struct stk_blkio *blkio)
{
    stk_put_int(host, "BlkioWeight", blkio->weight);
    put_rates(host, "BlkioWeightDevice", &blkio->weight_device, "Weight");
    put_rates(host, "BlkioDeviceReadBps", &blkio->read_bps, "Rate");
    put_rates(host, "BlkioDeviceReadIOps", &blkio->read_iops, "Rate");
    put_rates(host, "BlkioDeviceWriteBps", &blkio->write_bps, "Rate");
    put_rates(host, "BlkioDeviceWriteIOps", &blkio->write_iops, "Rate");
}

/* "vendor.com/class=device": a name that means something to the engine only. */
static bool is_cdi(const struct stk_device *device)
{
    bool plain = !device->target || stk_streq(device->source, device->target);
    const char *slash = strchr(device->source, '/'), *equals = strchr(device->source, '=');
    return plain && slash && slash > device->source && equals && equals > slash + 1 && equals[1];
}

static void put_devices(json_t *host, json_t *requests, const struct stk_service *s)
{
    json_t *devices = json_array(), *names = json_array();
    for (size_t i = 0; i < s->n_devices; i++) {
        const struct stk_device *d = &s->devices[i];
        if (is_cdi(d))
            json_array_append_new(names, json_string(d->source));
        else
            json_array_append_new(
                devices, json_pack("{s:s, s:s, s:s}", "PathOnHost", d->source, "PathInContainer",
                                   d->target ? d->target : d->source, "CgroupPermissions",
                                   d->permissions ? d->permissions : "rwm"));
    }
    if (json_array_size(names))
        json_array_append_new(requests,
                              json_pack("{s:s, s:O}", "Driver", "cdi", "DeviceIDs", names));
    json_decref(names);
    stk_put_some(host, "Devices", devices);
}

static json_t *request_of(const struct stk_device_request *r, const char *also)
{
    json_t *request = json_object(), *capabilities = stk_list_of(&r->capabilities);
    if (also)
        json_array_append_new(capabilities, json_string(also));
    stk_put_str(request, "Driver", r->driver);
    stk_put_int(request, "Count", r->count);
    stk_put_list(request, "DeviceIDs", &r->device_ids);
    json_object_set_new(request, "Capabilities", json_pack("[o]", capabilities));
    stk_put_map(request, "Options", &r->options);
    return request;
}

static void put_all_devices(json_t *host, const struct stk_service *s)
{
    json_t *requests = json_array();
    for (size_t i = 0; i < s->deploy.n_devices; i++)
        json_array_append_new(requests, request_of(&s->deploy.devices[i], NULL));
    put_devices(host, requests, s);
    for (size_t i = 0; i < s->n_gpus; i++)
        json_array_append_new(requests, request_of(&s->gpus[i], "gpu"));
    stk_put_some(host, "DeviceRequests", requests);
    stk_put_list(host, "DeviceCgroupRules", &s->device_cgroup_rules);
}

static void put_ulimits(json_t *host, const struct stk_service *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_ulimits; i++) {
        const struct stk_ulimit *u = &s->ulimits[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "Name", u->name, "Soft",
                                              (json_int_t)u->soft, "Hard", (json_int_t)u->hard));
    }
    stk_put_some(host, "Ulimits", list);
}

void stk_create_resources(json_t *host, const struct stk_service *service)
{
    put_processor(host, service);
    put_memory(host, service);
    put_blkio(host, &service->blkio);
    put_all_devices(host, service);
    put_ulimits(host, service);
    stk_put_int(host, "PidsLimit",
                service->deploy.limit_pids.set ? service->deploy.limit_pids : service->pids_limit);
    stk_put_str(host, "CgroupParent", service->cgroup_parent);
}
