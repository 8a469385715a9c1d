/* doctor_host.c — the examinations of this machine: limits on watching files, nameservers, and the programs
 * that keep logins of registries. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "doctor.h"
#include "text.h"

static int64_t read_number(const char *path)
{
    char line[64] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    char *got = fgets(line, sizeof(line), file);
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    int64_t n;
    return got && stk_parse_int(line, &n) ? n : -1;
}

/* Rows: what watching a source tree and its editors wants. */
static const struct {
    const char *path, *setting, *of;
    int64_t least;
    const char *fix;
} limits[] = {
    { "/proc/sys/fs/inotify/max_user_watches", "fs.inotify.max_user_watches", "watched folders",
      32768, "sudo sysctl fs.inotify.max_user_watches=524288" },
    { "/proc/sys/fs/inotify/max_user_instances", "fs.inotify.max_user_instances", "watchers", 128,
      "sudo sysctl fs.inotify.max_user_instances=512" },
};

static void check_inotify(struct doctor *doctor)
{
    for (size_t i = 0; i < STK_LEN(limits); i++) {
        int64_t n = read_number(limits[i].path);
        if (n < 0)
            continue;
        bool fine = n >= limits[i].least;
        doctor_tell(doctor, "inotify", fine ? HEALTH_OK : HEALTH_WARNING, STK_OK,
                    fine ? NULL : limits[i].fix, "%s is %lld: %s %s", limits[i].setting,
                    (long long)n, fine ? "enough" : "few", limits[i].of);
    }
}

/* --- names --- */

struct resolvers {
    unsigned n, local; /* local: on this machine only, where no container reaches them */
};

static bool read_resolvers(const char *path, struct resolvers *ret)
{
    char line[512], address[256];
    FILE *file = fopen(path, "re");
    *ret = (struct resolvers){ 0 };
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, " nameserver %255s", address) != 1)
            continue;
        ret->n++;
        ret->local += stk_starts(address, "127.") || stk_streq(address, "::1");
    }
    fclose(file);
    return true;
}

/* As the engine goes about it: what systemd-resolved asks itself is in a file of its own, and where nothing but this
 * machine is left containers get a public one. */
static void check_resolvers(struct doctor *doctor)
{
    struct resolvers it;
    const char *path = "/etc/resolv.conf", *behind = "/run/systemd/resolve/resolv.conf";
    bool there = read_resolvers(path, &it);
    if (there && it.n && it.n == it.local && read_resolvers(behind, &it))
        path = behind;
    else if (there)
        there = read_resolvers(path, &it);
    if (!there || !it.n)
        doctor_tell(doctor, "dns", HEALTH_WARNING, STK_OK,
                    "a line 'nameserver ADDRESS' in /etc/resolv.conf",
                    "no nameserver in '%s': no name of a registry can be looked up", path);
    else if (it.n == it.local)
        doctor_tell(
            doctor, "dns", HEALTH_WARNING, STK_OK,
            "\"dns\": [\"ADDRESS\"] in /etc/docker/daemon.json",
            "only this machine itself in '%s': containers cannot ask it, and the engine gives them "
            "8.8.8.8 instead",
            path);
    else
        doctor_tell(doctor, "dns", HEALTH_OK, STK_OK, NULL, "%u in '%s' that containers can ask",
                    it.n - it.local, path);
}

static bool in_path(const char *name)
{
    const char *path = getenv("PATH");
    for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
        STK_CLEANUP(stk_charp)
        char *file = stk_printf("%.*s/%s", (int)strcspn(path, ":"), path, name);
        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}

static void check_helper(struct doctor *doctor, const char *config, const char *helper,
                         const char *registry)
{
    STK_CLEANUP(stk_charp) char *program = stk_printf("docker-credential-%s", helper);
    const char *whose = registry ? registry : "all registries";
    if (in_path(program)) {
        doctor_tell(doctor, "logins", HEALTH_OK, STK_OK, NULL, "'%s' keeps those of %s", program,
                    whose);
        return;
    }
    STK_CLEANUP(stk_charp)
    char *fix = stk_printf("install %s, or remove its line from %s", program, config);
    doctor_tell(doctor, "logins", HEALTH_WARNING, STK_OK, fix,
                "'%s', which keeps those of %s, is not in PATH", program, whose);
}

static void check_logins(struct doctor *doctor)
{
    const char *folder = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
    STK_CLEANUP(stk_charp)
    char *path = folder && *folder ? stk_printf("%s/config.json", folder)
                                   : stk_printf("%s/.docker/config.json", home ? home : "");
    json_error_t wrong;
    if (access(path, F_OK) != 0)
        return;
    json_t *config = json_load_file(path, 0, &wrong), *value;
    const char *registry;
    if (!config) {
        STK_CLEANUP(stk_charp) char *fix = stk_printf("mend line %d of it", wrong.line);
        doctor_tell(doctor, "logins", HEALTH_WARNING, STK_OK, fix, "'%s' cannot be read: %s", path,
                    wrong.text);
        return;
    }
    const char *store = json_string_value(json_object_get(config, "credsStore"));
    if (store && *store)
        check_helper(doctor, path, store, NULL);
    json_object_foreach(json_object_get(config, "credHelpers"), registry,
                        value) if (json_is_string(value))
        check_helper(doctor, path, json_string_value(value), registry);
    json_decref(config);
}

void doctor_host(struct doctor *doctor)
{
    check_inotify(doctor);
    if (doctor->info.same_machine)
        check_resolvers(doctor);
    check_logins(doctor);
}
