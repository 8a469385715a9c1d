/* instance_ports.c — see instance_ports.h. Blocks lie below what Linux gives to clients by itself, so that no
 * passing connection holds one. */
#include "instance_ports.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "arena.h"
#include "listener.h"
#include "state_folder.h"
#include "text.h"

enum { FIRST = 20000, BLOCK = 100, BLOCKS = 127 };

static const struct stk_src nowhere;

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd); /* lets go of the lock, too */
}

static void dropp(json_t **json)
{
    json_decref(*json);
}

static json_t *project_of(json_t *root, const char *project)
{
    return json_object_get(json_object_get(root, "projects"), project);
}

static unsigned port_of(json_t *root, const char *project, const char *key)
{
    json_t *ports = json_object_get(project_of(root, project), "ports");
    json_int_t port = json_integer_value(json_object_get(ports, key));
    return port > 0 && port <= UINT16_MAX ? (unsigned)port : 0;
}

static bool is_block_taken(json_t *root, unsigned block)
{
    const char *name;
    json_t *project;
    json_object_foreach(json_object_get(root, "projects"), name,
                        project) if (json_integer_value(json_object_get(project, "block")) ==
                                     block) return true;
    return false;
}

/* Instances whose folder is gone, as removed worktrees are, give theirs back. */
static void forget_gone(json_t *root)
{
    const char *name;
    void *next;
    json_t *project, *projects = json_object_get(root, "projects");
    json_object_foreach_safe(projects, next, name, project)
    {
        const char *dir = json_string_value(json_object_get(project, "dir"));
        if (dir && access(dir, F_OK) != 0 && errno == ENOENT)
            json_object_del(projects, name);
    }
}

/* Begins at a place of the project's own, so that whoever loses the file finds much the same ports again. */
static unsigned free_block(json_t *root, const char *project)
{
    char hex[65];
    stk_sha256_hex(project, strlen(project), hex);
    hex[7] = '\0';
    unsigned start = (unsigned)strtoul(hex, NULL, 16);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            unsigned block = FIRST + (start + i) % BLOCKS * BLOCK;
            if (!is_block_taken(root, block))
                return block;
        }
        forget_gone(root);
    }
    return 0;
}

static bool is_port_given(json_t *ports, unsigned port)
{
    const char *key;
    json_t *value;
    json_object_foreach(ports, key, value) if (json_integer_value(value) == port) return true;
    return false;
}

static int allot(json_t *root, const char *project, const char *dir, const char *key, unsigned *ret,
                 struct stk_error *reterr)
{
    json_t *projects = json_object_get(root, "projects"), *it = project_of(root, project);
    if (!it) {
        unsigned block = free_block(root, project);
        if (!block)
            return stk_fail(reterr, STK_ECONFLICT, nowhere,
                            "all %d blocks of ports are taken by other instances", BLOCKS);
        it = json_object();
        json_object_set_new(it, "block", json_integer(block));
        json_object_set_new(it, "ports", json_object());
        json_object_set_new(projects, project, it);
    }
    json_object_set_new(it, "dir", json_string(dir));
    json_t *ports = json_object_get(it, "ports");
    unsigned block = (unsigned)json_integer_value(json_object_get(it, "block"));
    for (unsigned port = block; port < block + BLOCK; port++) {
        if (is_port_given(ports, port) || !stk_port_is_free(NULL, port, "tcp") ||
            !stk_port_is_free(NULL, port, "udp"))
            continue;
        json_object_set_new(ports, key, json_integer(port));
        *ret = port;
        return 0;
    }
    return stk_fail(reterr, STK_ECONFLICT, nowhere,
                    "no port is free from %u to %u, the block of this instance", block,
                    block + BLOCK - 1);
}

/* A file that says nothing of use begins anew; one that cannot be read is told. */
static json_t *read_state(const char *path)
{
    json_t *root = json_load_file(path, 0, NULL);
    if (!json_is_object(root)) {
        json_decref(root);
        root = json_object();
    }
    if (!json_is_object(json_object_get(root, "projects")))
        json_object_set_new(root, "projects", json_object());
    return root;
}

static bool write_state(const char *path, const json_t *root)
{
    STK_CLEANUP(stk_charp) char *tmp = stk_printf("%s.new", path); /* nobody else has the lock */
    return json_dump_file(root, tmp, JSON_INDENT(2) | JSON_SORT_KEYS) == 0 &&
           rename(tmp, path) == 0;
}

int instance_port(const char *project, const char *dir, const char *key, unsigned *ret,
                  struct stk_error *reterr)
{
    STK_CLEANUP(stk_charp) char *folder = stk_state_folder();
    if (!folder)
        return stk_fail(reterr, STK_EFAIL, nowhere,
                        "neither HOME nor XDG_STATE_HOME says where instances are remembered");
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/instances.json", folder);
    STK_CLEANUP(stk_charp) char *lock = stk_printf("%s/instances.lock", folder);
    STK_CLEANUP(dropp) json_t *known = read_state(path);
    *ret = port_of(known, project, key);
    if (*ret)
        return 0;
    STK_CLEANUP(closep)
    int fd = stk_make_state_folder(folder) ? open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        return stk_fail(reterr, STK_EFAIL, nowhere, "cannot write '%s': %s", path, strerror(errno));
    STK_CLEANUP(dropp) json_t *root = read_state(path); /* as it is now */
    *ret = port_of(root, project, key);
    int code = *ret ? 0 : allot(root, project, dir, key, ret, reterr);
    if (!code && !write_state(path, root))
        return stk_fail(reterr, STK_EFAIL, nowhere, "cannot write '%s': %s", path, strerror(errno));
    return code;
}
