/* fake.h — the engine in memory: the same six operations without a container, for trying stackctl
 * out
 * (--runtime fake) and for tests. What it does can be scripted by a JSON file, which is named by
 * stk_runtime_opts.script or the environment variable STACKCTL_FAKE. All keys may be left out:
 *
 *   {
 *     "speed": 10,                    the engine's clock runs ten times as fast as ours; default 1;
 *                                     0: it jumps to whatever somebody waits for, so that nothing
 *                                     depends on how busy the machine is
 *     "state": "engine.json",         units are loaded from there and saved there, so that several
 *                                     processes see one engine; relative to the script's folder
 *     "delays": { "create": 5 },      how long a request takes, in ms, by its name (see fail)
 *     "busy_ports": [8080],           host ports held by a process that is no container
 *     "images": {                     by glob; without a row an image is absent and can be pulled
 *       "postgres:*": {
 *         "present": true,            it needs no pull
 *         "pull_ms": 50,              how long a pull takes
 *         "error": "manifest unknown",  the registry's words when it cannot be had
 *         "volumes": ["/data"]        targets for which a container gets an anonymous volume
 *       } },
 *     "services": {                   by glob over "web" or "web-2"; the first match counts
 *       "db": {
 *         "start_ms": 20,             how long starting takes
 *         "start_error": "exec: no such file",   starting fails ...
 *         "start_code": "failed",     ... with the code of that name
 *         "exit_ms": 100,             ends by itself so long after its start ...
 *         "exit_code": 1, "signal": 9, "oom": true,   ... in this way
 *         "runs": 2,                  only the first two runs end by themselves
 *         "health": [ { "ms": 30, "is": "healthy" } ],   what the engine's checks say when; needs
 *                                     a healthcheck in its spec; default: healthy after 10 ms;
 *                                     []: never
 *         "ready_ms": 20,             from then on its check passes when a wait runs it itself;
 *                                     default: never; x-stackctl.ready: at once
 *         "probe_output": "refused", "probe_exit": 1,    what a check that fails prints
 *         "stop_ms": 5, "stop_code": 143,  how long the stop signal takes and how it then exits
 *         "hook_code": 1, "hook_output": "no route",   how each hook ends, and a line it prints
 *         "ignores_stop": true,       only SIGKILL ends it
 *         "logs": [ { "ms": 5, "text": "ready\n", "stderr": true } ]    at each run
 *       } },
 *     "units": [                      what is there before anybody asks, and the shape of "state"
 *       { "kind": "container", "name": "old-web-1", "project": "old", "service": "web", "index": 1,
 *         "image": "nginx:1", "state": "running", "ports": [ { "target": 80, "published": 8080 } ],
 *         "networks": ["old_default"], "mounts": [ { "volume": "old_data", "target": "/data" } ] },
 *       { "kind": "network", "name": "old_default", "project": "old", "key": "default" } ],
 *     "fail": [                       requests that fail, counted among those that match the row
 *       { "request": "create",        list inspect pull create start stop kill rename remove wait
 * exec logs; default: any "unit": "web-*",            a glob over the name on the engine; default: any
 *         "nth": 2, "times": 1,       from the second match on, once; defaults 1 and 1
 *         "code": "engine",           the name of a code of error.h; default "failed"
 *         "message": "no route" } ]
 *   }
 *
 * Times are by the engine's clock. Without a script everything starts at once, runs until it is
 * stopped and is healthy soon. Its judgements and messages are those of the Docker backend, to
 * which tests/conformance holds both. */
#ifndef STK_FAKE_H
#define STK_FAKE_H

#include "stackctl/backend.h"

extern const struct stk_backend stk_backend_fake;

/* One request that the engine got, in order. The strings live as long as the runtime. */
struct stk_fake_call {
    const char *request, *unit; /* unit: the name on the engine, "" for lists */
    bool writes;
};

/* All calls so far; *ret is borrowed until the next one. 0 when rt is no fake. */
size_t stk_fake_calls(struct stk_runtime *rt, const struct stk_fake_call **ret);
/* How many of them could change something. */
size_t stk_fake_writes(struct stk_runtime *rt);

/* What nobody asked for: ends the running container of that name on the engine with this exit code
 * now (its restart policy applies), or makes it vanish. False: there is no such container. */
bool stk_fake_crash(struct stk_runtime *rt, const char *name, int exit_code);
bool stk_fake_vanish(struct stk_runtime *rt, const char *name);

#endif
