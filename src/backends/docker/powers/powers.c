/* powers.c — the checked downcast: from any runtime to the Docker engine behind it, if there is one.
 * The powers themselves are the other files of this folder. */
#include "stackctl/docker.h"

#include "docker.h"
#include "engine.h"

struct stk_docker *stk_docker_of(struct stk_runtime *rt)
{
    return stk_runtime_self(rt, &stk_backend_docker);
}

unsigned long stk_docker_requests(const struct stk_docker *docker)
{
    return stk_http_sent(docker->http);
}
