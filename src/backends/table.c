/* table.c — names every backend. The only file that knows them all. */
#include "stackctl/backend.h"

#include "fake.h"
#if __has_include("docker.h")
#include "docker.h"
#endif

const struct stk_backend *const stk_backends[] = {
#if __has_include("docker.h")
    &stk_backend_docker,
#endif
    &stk_backend_fake,
    NULL,
};
