/* doctor_engine.c — the examinations of the engine: does it answer, is its clock right, has it room on
 * its disk and addresses for more networks. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "arena.h"
#include "buf.h"
#include "doctor.h"
#include "text.h"
#include "together.h"

enum {
    ASK_MS = 5000,    /* for an engine that does not answer */
    CLOCK_MS = 2000,  /* more is told: times of logs and `since` go by it */
    FEW_NETWORKS = 3, /* fewer are told */
};
static const int64_t LITTLE_DISK = INT64_C(5000000000), NO_DISK = INT64_C(500000000);

static const char *engine_fix(const char *why)
{
    if (strstr(why, "ermission denied"))
        return "sudo usermod -aG docker \"$USER\", then log in again";
    if (strstr(why, "API"))
        return "update the engine, or this program";
    return "sudo systemctl start docker, or say where it is: -H URL, --context NAME, DOCKER_HOST";
}

/* Both questions at a time. */
static void ask(struct doctor *doctor)
{
    struct cli *cli = doctor->cli;
    struct together together = { .cli = cli };
    doctor->about.op.timeout_ms = doctor->info.op.timeout_ms = ASK_MS;
    together_add(&together, &doctor->about.op);
    stk_docker_about(cli->docker, &doctor->about);
    together_add(&together, &doctor->info.op);
    stk_docker_info(cli->docker, &doctor->info);
    if (together_run(&together) && !doctor->about.op.err.code)
        stk_fail(&doctor->about.op.err, STK_ECANCELED, (struct stk_src){ 0 }, "interrupted");
}

static bool check_answer(struct doctor *doctor)
{
    unsigned oldest, newest;
    struct cli *cli = doctor->cli;
    if (stk_cli_prepare_engine(cli) != 0) {
        doctor_tell(doctor, "engine", HEALTH_ERROR, STK_EENGINE, engine_fix(""),
                    "where the engine is cannot be told: see above");
        return false;
    }
    cli->docker = stk_docker_of(cli->rt);
    if (!cli->docker) {
        doctor_tell(doctor, "engine", HEALTH_NOTE, STK_OK, NULL, "backend '%s': no Docker engine",
                    stk_runtime_backend(cli->rt));
        return false;
    }
    ask(doctor);
    const struct stk_about_req *about = &doctor->about;
    const struct stk_error *err = about->op.err.code ? &about->op.err : &doctor->info.op.err;
    stk_docker_api_range(&oldest, &newest);
    if (err->code) {
        doctor_tell(doctor, "engine", HEALTH_ERROR, STK_EENGINE, engine_fix(err->msg), "%s",
                    err->msg);
        return false;
    }
    doctor_tell(doctor, "engine", HEALTH_OK, STK_OK, NULL,
                "version %s, API %s to %s (we speak 1.%u to 1.%u), at %s", about->version,
                about->api_oldest, about->api, oldest, newest, about->host);
    return true;
}

static void check_clock(struct doctor *doctor)
{
    const struct stk_info_req *info = &doctor->info;
    int64_t off = info->time_ms - info->asked_ms;
    if (!info->time_ms)
        return;
    if (llabs(off) <= CLOCK_MS)
        doctor_tell(doctor, "clock", HEALTH_OK, STK_OK, NULL, "the engine's is ours");
    else
        doctor_tell(doctor, "clock", HEALTH_WARNING, STK_OK,
                    "sudo timedatectl set-ntp true, there and here",
                    "the engine's is %" PRId64 " s %s ours", (int64_t)llabs(off) / 1000,
                    off > 0 ? "ahead of" : "behind");
}

static void check_disk(struct doctor *doctor)
{
    struct statvfs fs;
    const char *root = doctor->info.root;
    if (!doctor->info.same_machine || !*root || statvfs(root, &fs) != 0) {
        doctor_tell(doctor, "disk", HEALTH_NOTE, STK_OK, NULL,
                    "that of the engine cannot be seen from here");
        return;
    }
    int64_t left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf size;
    stk_buf_init(&size, STK_KIB);
    stk_format_size(&size, left);
    static const char fix[] = "docker system df shows what takes it; docker image prune and docker "
                              "builder prune give some back";
    if (left < NO_DISK)
        doctor_tell(doctor, "disk", HEALTH_ERROR, STK_EFAIL, fix, "only %s left in %s", size.bytes,
                    root);
    else if (left < LITTLE_DISK)
        doctor_tell(doctor, "disk", HEALTH_WARNING, STK_OK, fix, "%s left in %s", size.bytes, root);
    else
        doctor_tell(doctor, "disk", HEALTH_OK, STK_OK, NULL, "%s left in %s", size.bytes, root);
}

/* What an engine has without default-address-pools; RFC 1918 as moby's libnetwork cuts it. */
static const struct stk_address_pool built_in[] = {
    { "172.17.0.0/16", 16 },  { "172.18.0.0/16", 16 }, { "172.19.0.0/16", 16 },
    { "172.20.0.0/14", 16 },  { "172.24.0.0/14", 16 }, { "172.28.0.0/14", 16 },
    { "192.168.0.0/16", 20 },
};

struct range {
    uint32_t first, last;
};

static bool parse_range(const char *text, struct range *ret, unsigned *ret_bits)
{
    char address[64];
    struct in_addr in;
    size_t n = strcspn(text, "/");
    int64_t bits;
    if (!text[n] || n >= sizeof(address) || !stk_parse_int(text + n + 1, &bits) || bits < 0 ||
        bits > 32)
        return false;
    memcpy(address, text, n);
    address[n] = '\0';
    if (inet_pton(AF_INET, address, &in) != 1)
        return false;
    uint32_t mask = bits ? ~UINT32_C(0) << (32 - bits) : 0;
    ret->first = ntohl(in.s_addr) & mask;
    ret->last = ret->first | ~mask;
    *ret_bits = (unsigned)bits;
    return true;
}

static bool is_taken(const struct stk_seen *seen, struct range range)
{
    for (size_t i = 0; i < seen->n; i++)
        for (size_t k = 0; k < seen->v[i].subnets.n; k++) {
            struct range other;
            unsigned bits;
            if (parse_range(seen->v[i].subnets.v[k], &other, &bits) && other.first <= range.last &&
                range.first <= other.last)
                return true;
        }
    return false;
}

/* How many networks of the pool there could be, and how many of them are still to be had. */
static void count_pool(const struct stk_seen *seen, const struct stk_address_pool *pool,
                       unsigned *all, unsigned *left)
{
    enum { MOST = 4096 }; /* more than anybody has networks */
    struct range range;
    unsigned bits;
    if (!parse_range(pool->base, &range, &bits) || pool->size < bits || pool->size > 32)
        return;
    uint64_t step = UINT64_C(1) << (32 - pool->size), at = range.first;
    for (unsigned i = 0; i < MOST && at <= range.last; i++, at += step) {
        *left += !is_taken(seen, (struct range){ (uint32_t)at, (uint32_t)(at + step - 1) });
        ++*all;
    }
}

static void check_pools(struct doctor *doctor)
{
    const struct stk_info_req *info = &doctor->info;
    const struct stk_address_pool *v = info->n_pools ? info->pools : built_in;
    size_t n = info->n_pools ? info->n_pools : STK_LEN(built_in);
    unsigned all = 0, left = 0;
    for (size_t i = 0; i < n; i++)
        count_pool(doctor->seen, &v[i], &all, &left);
    static const char fix[] = "docker network prune, or default-address-pools in "
                              "/etc/docker/daemon.json";
    if (all && left == 0)
        doctor_tell(doctor, "addresses", HEALTH_ERROR, STK_ECONFLICT, fix,
                    "none left for another network: all %u subnets are taken", all);
    else if (all && left < FEW_NETWORKS)
        doctor_tell(doctor, "addresses", HEALTH_WARNING, STK_OK, fix,
                    "only %u of %u subnets left for more networks", left, all);
    else if (all)
        doctor_tell(doctor, "addresses", HEALTH_OK, STK_OK, NULL,
                    "%u of %u subnets left for more networks", left, all);
}

void doctor_engine(struct doctor *doctor)
{
    if (!check_answer(doctor))
        return;
    unsigned what = STK_SEE_SERVICES | STK_SEE_NETWORKS | STK_SEE_OTHERS;
    if (stk_cli_look(doctor->cli, NULL, what, &doctor->seen) != 0) {
        doctor_tell(doctor, "engine", HEALTH_ERROR, STK_EENGINE, engine_fix(""),
                    "what it has cannot be listed: see above");
        return;
    }
    doctor->engine = true;
    check_clock(doctor);
    check_disk(doctor);
    check_pools(doctor);
}
