/* table.c — names every backend. The only file that knows them all. */
#include "stackctl/backend.h"

#include "docker.h"
#include "fake.h"

const struct stk_backend *const stk_backends[] = {
    &stk_backend_docker,
    &stk_backend_fake,
    NULL,
};
