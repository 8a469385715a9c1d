/* count.c — how many requests went out: what tests of speed hold us to. Apart, because it needs
 * the runtime that is above a backend. */
#include "docker.h"

#include "engine.h"

unsigned long stk_docker_requests(struct stk_runtime *rt)
{
    const struct stk_docker *docker = stk_runtime_self(rt, &stk_backend_docker);
    return docker ? stk_http_sent(docker->http) : 0;
}
