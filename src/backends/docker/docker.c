/* docker.c — opens and closes the connection, and hands each of the six operations to its file. */
#include "docker.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "events.h"
#include "host.h"
#include "login.h"
#include "ssh.h"
#include "text.h"

static const char *from_env(const char *name)
{
    return getenv(name);
}

static int docker_open(struct stk_loop *loop, const struct stk_runtime_opts *opts, void **ret_self,
                       struct stk_error *reterr)
{
    STK_CLEANUP(stk_host_clear) struct stk_host host = { 0 };
    int code = stk_host_find(opts->host, opts->context, from_env, &host, reterr);
    if (code)
        return code;
    unsigned patience_s;
    code = stk_docker_patience_parse(getenv("STACKCTL_TIMEOUT"), &patience_s, reterr);
    if (code)
        return code;
    struct stk_ssh *ssh = host.ssh.host ? stk_ssh_new(loop, &host, reterr) : NULL;
    if (host.ssh.host && !ssh)
        return -STK_EENGINE;
    struct stk_docker *docker = stk_alloc(sizeof(*docker));
    struct stk_http_opts http = { .base = host.base,
                                  .unix_path = ssh ? stk_ssh_socket(ssh) : host.unix_path,
                                  .connecting = ssh ? stk_ssh_expect : NULL,
                                  .data = ssh,
                                  .ca_file = host.ca_file,
                                  .cert_file = host.cert_file,
                                  .key_file = host.key_file,
                                  .skip_verify = host.skip_verify };
    docker->loop = loop;
    docker->ssh = ssh;
    docker->http = stk_http_new(loop, &http);
    docker->host = TAKE(host.shown);
    docker->patience_s = patience_s;
    docker->same_machine = host.unix_path != NULL;
    docker->project = opts->project;
    docker->tool = opts->tool ? opts->tool : STK_VERSION;
    docker->image_ids = json_object();
    *ret_self = docker;
    return 0;
}

static void docker_close(void *self)
{
    struct stk_docker *docker = self;
    stk_events_close(docker);
    stk_logins_close(docker);
    stk_pulse_close(docker);
    stk_timer_stop(&docker->ping_again);
    if (docker->pinging)
        stk_http_abandon(&docker->ping);
    stk_http_req_clear(&docker->ping);
    stk_http_free(docker->outside);
    stk_http_free(docker->http);
    stk_ssh_free(docker->ssh);
    json_decref(docker->image_ids);
    free(docker->host);
    free(docker);
}

const char *stk_docker_socket(const struct stk_docker *docker)
{
    static const char scheme[] = "unix://";
    return stk_starts(docker->host, scheme) ? docker->host + strlen(scheme) : NULL;
}

static const char *docker_address(void *self)
{
    const struct stk_docker *docker = self;
    return docker->host;
}

static bool docker_sees_files(void *self)
{
    return stk_docker_socket(self) != NULL;
}

static bool docker_sees_ports(void *self)
{
    const char *socket = stk_docker_socket(self);
    return socket && stk_host_shares_network(socket);
}

static void (*const starts[])(struct stk_docker *, struct stk_start_req *) = {
    [STK_SERVICE] = stk_service_start,
    [STK_IMAGE] = stk_image_start,
    [STK_NETWORK] = stk_network_start,
    [STK_VOLUME] = stk_volume_start,
};

static void docker_start(void *self, struct stk_start_req *req)
{
    if (req->restore)
        stk_service_restore(self, req);
    else if (req->unit)
        starts[req->unit->ref.kind](self, req);
    else
        stk_service_start_again(self, req);
}

const struct stk_backend stk_backend_docker = {
    .name = "docker",
    .help = "a Docker engine, through its API",
    .open = docker_open,
    .close = docker_close,
    .address = docker_address,
    .sees_files = docker_sees_files,
    .sees_ports = docker_sees_ports,
    .start = docker_start,
    .stop = stk_docker_stop,
    .remove = stk_docker_remove,
    .inspect = stk_docker_inspect,
    .wait_healthy = stk_docker_wait,
    .logs = stk_docker_logs,
};
