/* locked.c — the images that have digests in registries, and `up --locked`: holding them to the lock file.
 * Pulling what is locked is the image's own unit's. */
#include "locked.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "lockfile.h"
#include "text.h"

static const struct stk_src nowhere;

static int tell(const struct cli *cli, struct stk_error *err)
{
    int rc = stk_report_error(cli, err);
    stk_error_clear(err);
    return rc;
}

static bool *services_of(const struct cli *cli)
{
    const struct stk_spec *spec = cli->spec;
    bool *marks = stk_alloc(spec->n_services + 1);
    for (size_t i = 0; i < spec->n_services; i++)
        marks[i] = stk_is_named(cli, spec->services[i].name);
    if (!cli->o.no_deps)
        stk_spec_add_dependencies(spec, marks);
    return marks;
}

/* Marks are by service, and the graph's instances know what images they need. */
static bool is_used(const struct cli *cli, const bool *marks, size_t image)
{
    const struct stk_graph *graph = cli->graph;
    for (size_t i = 0; i < graph->n; i++) {
        const struct stk_node *node = &graph->v[i];
        bool wanted =
            node->unit.ref.kind == STK_SERVICE && marks[node->unit.service - cli->spec->services];
        for (size_t k = 0; wanted && k < node->n_needs; k++)
            if (node->needs[k].to == image)
                return true;
    }
    return false;
}

struct locked_image *locked_images(struct cli *cli, const json_t *locked, size_t *ret_n)
{
    const struct stk_graph *graph = cli->graph;
    struct locked_image *v = stk_arena_array(cli->arena, graph->n + 1, sizeof(*v));
    bool *marks = services_of(cli);
    size_t n = 0;
    for (size_t i = 0; i < graph->n; i++) {
        const struct stk_unit *unit = &graph->v[i].unit;
        if (unit->ref.kind != STK_IMAGE || unit->image.build || !is_used(cli, marks, i))
            continue;
        const char *at = strchr(unit->name, '@');
        v[n++] = (struct locked_image){
            .unit = unit,
            .pinned = at ? at + 1 : NULL,
            .locked = json_string_value(json_object_get(locked, unit->name)),
            .has = { .name = unit->name },
            .newest = { .name = unit->name },
        };
    }
    free(marks);
    *ret_n = n;
    return v;
}

void locked_ask_registry(struct together *together, struct locked_image *image)
{
    together_add(together, &image->newest.op);
    stk_docker_digest(together->cli->docker, &image->newest);
}

void locked_ask_engine(struct together *together, struct locked_image *image)
{
    together_add(together, &image->has.op);
    stk_docker_image(together->cli->docker, &image->has);
}

bool locked_has(const struct locked_image *image, const char *digest)
{
    for (size_t i = 0; image->has.arena && i < image->has.digests.n; i++) {
        const char *at = strchr(image->has.digests.v[i], '@');
        if (at && stk_streq(at + 1, digest))
            return true;
    }
    return false;
}

void locked_clear(struct locked_image *images, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        stk_image_clear(&images[i].has);
        stk_error_clear(&images[i].newest.op.err);
    }
}

/* ---- up --locked ---- */

static void judge(const struct locked_image *image, const char *path, struct stk_error *reterr)
{
    const char *name = image->unit->name;
    const struct stk_src src = image->unit->src;
    const struct stk_error *engine = &image->has.op.err, *registry = &image->newest.op.err;
    if (!image->locked)
        stk_fail(reterr, STK_EIMAGE, src, "image '%s' is not in '%s'; 'stackctl lock' adds it",
                 name, path);
    else if (engine->code && engine->code != STK_EABSENT)
        stk_error_copy(reterr, engine);
    else if (!engine->code && image->has.digests.n == 0)
        stk_fail(
            reterr, STK_EIMAGE, src,
            "image '%s' of this engine came from no registry, and '%s' says %s; remove it to have "
            "that one pulled",
            name, path, image->locked);
    else if (!engine->code && !locked_has(image, image->locked))
        stk_fail(reterr, STK_EIMAGE, src,
                 "image '%s' is not the one that is locked: the engine has %s, '%s' says %s; "
                 "remove it to "
                 "have that one pulled, or accept it with 'stackctl lock'",
                 name, strchr(image->has.digests.v[0], '@') + 1, path, image->locked);
    else if (registry->code)
        stk_fail(reterr, registry->code, src, "image '%s': %s", name, registry->msg);
    else if (*image->newest.digest && !stk_streq(image->newest.digest, image->locked))
        stk_fail(reterr, STK_EIMAGE, src,
                 "image '%s' has moved: its registry has %s, '%s' says %s; accept it with "
                 "'stackctl lock'",
                 name, image->newest.digest, path, image->locked);
}

/* The engine first; only what it does not have is asked for at its registry. */
static int ask_all(struct cli *cli, struct locked_image *images, size_t n)
{
    struct together engine = { .cli = cli }, registry = { .cli = cli };
    for (size_t i = 0; i < n; i++)
        if (images[i].locked)
            locked_ask_engine(&engine, &images[i]);
    int rc = together_run(&engine);
    for (size_t i = 0; !rc && !cli->o.offline && i < n; i++)
        if (images[i].locked && images[i].has.op.err.code == STK_EABSENT)
            locked_ask_registry(&registry, &images[i]);
    return rc ? rc : together_run(&registry);
}

static int judge_all(struct cli *cli, struct locked_image *images, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        struct stk_error err = { 0 };
        judge(&images[i], lockfile_path(cli), &err);
        if (err.code)
            rc = tell(cli, &err);
        else
            stk_graph_lock_image(cli->graph, images[i].unit, images[i].locked);
    }
    return rc;
}

int locked_hold(struct cli *cli)
{
    json_t *locked;
    int rc = lockfile_read(cli, &locked);
    if (rc)
        return rc;
    struct stk_error err = { 0 };
    if (!locked) {
        stk_fail(&err, STK_ENOFILE, nowhere,
                 "--locked was given, and '%s' is not there; 'stackctl lock' writes it",
                 lockfile_path(cli));
        return tell(cli, &err);
    }
    size_t n;
    struct locked_image *images = locked_images(cli, locked, &n);
    for (size_t i = 0; i < n; i++)
        images[i].locked =
            images[i].pinned ? images[i].pinned : stk_arena_strdup(cli->arena, images[i].locked);
    json_decref(locked);
    rc = ask_all(cli, images, n);
    rc = rc ? rc : judge_all(cli, images, n);
    locked_clear(images, n);
    return rc;
}
