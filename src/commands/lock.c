/* lock.c — `lock`: the digests that registries have now, into the file beside the stack file. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "locked.h"
#include "lockfile.h"
#include "text.h"

static void warn_of_built(const struct cli *cli)
{
    for (size_t i = 0; i < cli->graph->n; i++) {
        const struct stk_unit *unit = &cli->graph->v[i].unit;
        if (unit->ref.kind == STK_IMAGE && unit->image.build)
            stk_warn("image '%s' is built here: it has no digest to be locked to", unit->name);
    }
}

/* All that failed are told; nothing is written then. */
static int check(const struct cli *cli, struct locked_image *images, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        struct stk_error *err = &images[i].newest.op.err;
        if (!err->code)
            continue;
        err->src = images[i].unit->src;
        stk_wrap(err, "image '%s'", images[i].unit->name);
        rc = stk_report_error(cli, err);
    }
    return rc;
}

/* Says what is new, and writes. */
static int keep(struct cli *cli, const struct locked_image *images, size_t n)
{
    json_t *list = json_object();
    for (size_t i = 0; i < n; i++) {
        const struct locked_image *image = &images[i];
        const char *digest = image->pinned ? image->pinned : image->newest.digest;
        bool same = stk_streq(image->locked, digest);
        json_object_set_new(list, image->unit->name, json_string(digest));
        stk_say(stdout, "%s  %s%s%s", image->unit->name, digest, same || !image->locked ? "" : "  was ",
               same || !image->locked ? "" : image->locked);
    }
    int rc = cli->o.dry_run ? 0 : lockfile_write(cli, list);
    json_decref(list);
    if (!rc)
        stk_say(stderr, "%s '%s': %zu image%s", cli->o.dry_run ? "would write" : "wrote",
                lockfile_path(cli), n, n == 1 ? "" : "s");
    return rc;
}

static int run(struct cli *cli)
{
    struct together together = { .cli = cli };
    json_t *before = NULL;
    size_t n;
    if (cli->o.offline)
        return stk_usage_error(cli, "--offline forbids lock");
    int rc = lockfile_read(cli, &before);
    if (rc)
        return rc;
    struct locked_image *images = locked_images(cli, before, &n);
    for (size_t i = 0; i < n; i++)
        if (!images[i].pinned)
            locked_ask_registry(&together, &images[i]);
    rc = together_run(&together);
    rc = rc ? rc : check(cli, images, n);
    if (!rc) {
        warn_of_built(cli);
        rc = keep(cli, images, n);
    }
    locked_clear(images, n);
    json_decref(before);
    return rc;
}

const struct command stk_cmd_lock = {
    .name = "lock",
    .args = "",
    .help = "Write down the digests that the images have now",
    .more = "The file is named after the stack file, compose.lock.json beside compose.yaml, and "
            "belongs into\n"
            "the same repository. 'up --locked' holds the images to it, 'outdated' tells what has "
            "moved since.\n",
    .needs = NEEDS_FILE | NEEDS_ENGINE | NEEDS_DOCKER,
    .options = NULL,
    .run = run,
};
