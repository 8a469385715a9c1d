/* digests.c — the digests of a stack's images, for `config --resolve-image-digests` and for the override
 * file of --lock-image-digests. Asking registries is the engine's. */
#include "digests.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "stackctl/docker/image.h"
#include "text.h"
#include "together.h"

/* One image, however many services have it. */
struct pinning {
    const char *image; /* as it is written */
    char *name;        /* complete, malloc'd; in the end with its digest */
    struct stk_digest_req req;
    const struct stk_service *service; /* the first that has it */
};

static bool has_image(const struct stk_service *service)
{
    return service->image && *service->image && !service->built;
}

static int by_image(const void *a, const void *b)
{
    const struct pinning *x = a, *y = b;
    int c = strcmp(x->image, y->image);
    return c ? c : (x->service > y->service) - (x->service < y->service);
}

/* Sorted, each image once. */
static struct pinning *collect(struct cli *cli, const struct stk_spec *some, size_t *ret_n)
{
    struct pinning *v = stk_arena_array(cli->arena, some->n_services + 1, sizeof(*v));
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < some->n_services; i++)
        if (has_image(&some->services[i]))
            v[n++] =
                (struct pinning){ .image = some->services[i].image, .service = &some->services[i] };
    if (n)
        qsort(v, n, sizeof(*v), by_image);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(v[kept - 1].image, v[i].image) != 0)
            v[kept++] = v[i];
    for (size_t i = 0; i < kept; i++)
        v[i].name = stk_image_complete(v[i].image);
    *ret_n = kept;
    return v;
}

static bool has_digest(const struct pinning *pinning)
{
    return strchr(pinning->name, '@') != NULL;
}

static int told(struct cli *cli, struct pinning *pinning)
{
    struct stk_error *err = &pinning->req.op.err;
    if (err->code == STK_OK) {
        STK_CLEANUP(stk_charp) char *name = pinning->name;
        pinning->name = stk_printf("%s@%s", name, pinning->req.digest);
        return 0;
    }
    stk_wrap(err, "cannot resolve the digest of '%s'", pinning->name);
    err->src = pinning->service->image_src;
    return stk_report_error(cli, err);
}

static int ask(struct cli *cli, struct pinning *v, size_t n)
{
    struct together together = { .cli = cli };
    for (size_t i = 0; i < n; i++) {
        if (has_digest(&v[i]))
            continue;
        v[i].req.name = v[i].name;
        together_add(&together, &v[i].req.op);
        stk_docker_digest(cli->docker, &v[i].req);
    }
    int rc = together_run(&together);
    for (size_t i = 0; i < n && !rc; i++)
        rc = has_digest(&v[i]) ? 0 : told(cli, &v[i]);
    return rc;
}

static int find(const void *image, const void *pinning)
{
    return strcmp(image, ((const struct pinning *)pinning)->image);
}

static void put_in(struct cli *cli, struct stk_spec *some, const struct pinning *v, size_t n)
{
    struct stk_service *services =
        stk_arena_array(cli->arena, some->n_services + 1, sizeof(*services));
    for (size_t i = 0; i < some->n_services; i++) {
        services[i] = some->services[i];
        if (!has_image(&services[i]))
            continue;
        const struct pinning *found = bsearch(services[i].image, v, n, sizeof(*v), find);
        services[i].image = stk_arena_strdup(cli->arena, found->name);
    }
    some->services = services;
}

int resolve_digests(struct cli *cli, struct stk_spec *some)
{
    if (cli->o.no_interpolate)
        return stk_usage_error(cli, "digests are of images whose variables were put in: leave "
                                    "--no-interpolate out");
    size_t n;
    struct pinning *v = collect(cli, some, &n);
    int rc = n ? stk_cli_prepare_engine(cli) : 0;
    rc = rc || !n ? rc : stk_cli_prepare_docker(cli);
    if (!rc)
        rc = ask(cli, v, n);
    if (!rc)
        put_in(cli, some, v, n);
    for (size_t i = 0; i < n; i++) {
        free(v[i].name);
        stk_error_clear(&v[i].req.op.err);
    }
    return rc;
}

struct stk_spec only_images(struct cli *cli, const struct stk_spec *some)
{
    struct stk_service *services =
        stk_arena_array(cli->arena, some->n_services + 1, sizeof(*services));
    for (size_t i = 0; i < some->n_services; i++) {
        services[i].name = some->services[i].name;
        if (has_image(&some->services[i]))
            services[i].image = some->services[i].image;
    }
    return (struct stk_spec){ .services = services, .n_services = some->n_services };
}
