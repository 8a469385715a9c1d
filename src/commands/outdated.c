/* outdated.c — `outdated`: which images their registries have other ones of now, than what is locked or, without
 * a lock file, than what the engine has. Nothing is pulled. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "json_text.h"
#include "locked.h"
#include "lockfile.h"
#include "table.h"
#include "text.h"

enum { MOVED = 10, SHORT = 19 }; /* "sha256:" and twelve digits */

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "json", 0, OPT_FLAG, AT(json), NULL, "As JSON" },
    { "no-deps", 0, OPT_FLAG, AT(no_deps), NULL, "Only the named services, not what they need" },
    { 0 },
};

enum state { CURRENT, IS_MOVED, PINNED, ABSENT, UNKNOWN };
static const char *const words[] = { [CURRENT] = "current",
                                     [IS_MOVED] = "moved",
                                     [PINNED] = "pinned",
                                     [ABSENT] = "absent",
                                     [UNKNOWN] = "unknown" };

/* What it is compared with: the lock file's digest, else the engine's; NULL: neither. */
static const char *compared_with(const struct locked_image *image)
{
    if (image->pinned || image->locked)
        return image->pinned ? image->pinned : image->locked;
    if (locked_has(image, image->newest.digest))
        return image->newest.digest;
    const char *first = image->has.arena && image->has.digests.n ? image->has.digests.v[0] : NULL;
    const char *at = first ? strchr(first, '@') : NULL;
    return at ? at + 1 : NULL;
}

static enum state state_of(const struct locked_image *image)
{
    const char *have = compared_with(image);
    if (image->pinned)
        return PINNED;
    if (image->newest.op.err.code)
        return UNKNOWN;
    if (!have && !image->has.arena)
        return ABSENT;
    return stk_streq(have, image->newest.digest) ? CURRENT : IS_MOVED;
}

static void print_json(const struct locked_image *images, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct locked_image *image = &images[i];
        json_t *row = json_object();
        json_object_set_new(row, "image", stk_json_text_of(image->unit->name));
        json_object_set_new(row, "status", json_string(words[state_of(image)]));
        json_object_set_new(row, "digest", stk_json_text_of(compared_with(image)));
        json_object_set_new(row, "from", json_string(image->locked ? "lock" : "engine"));
        json_object_set_new(
            row, "newest", *image->newest.digest ? json_string(image->newest.digest) : json_null());
        if (image->newest.op.err.code)
            json_object_set_new(row, "error", stk_json_text_of(image->newest.op.err.msg));
        json_array_append_new(list, row);
    }
    STK_CLEANUP(stk_charp) char *line = stk_json_line(list);
    fputs(line, stdout);
}

static void print_table(struct cli *cli, const struct locked_image *images, size_t n)
{
    struct table table = { .columns = 4 };
    static const char *const titles[] = { "IMAGE", "STATUS", "DIGEST", "NEWEST" };
    for (size_t i = 0; i < STK_LEN(titles); i++)
        table_add(&table, titles[i]);
    for (size_t i = 0; i < n; i++) {
        const char *have = compared_with(&images[i]);
        table_add(&table, images[i].unit->name);
        table_add(&table, words[state_of(&images[i])]);
        table_add(&table, have ? stk_arena_strndup(cli->arena, have, SHORT) : "");
        table_add(&table, stk_arena_strndup(cli->arena, images[i].newest.digest, SHORT));
    }
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    fputs(text, stdout);
    table_clear(&table);
}

/* Those that no registry told of are errors; that something moved is not. */
static int judge(struct cli *cli, struct locked_image *images, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        if (state_of(&images[i]) == IS_MOVED)
            rc = MOVED;
    for (size_t i = 0; i < n; i++) {
        struct stk_error *failed[] = { &images[i].newest.op.err, &images[i].has.op.err };
        for (size_t k = 0; k < STK_LEN(failed); k++) {
            if (!failed[k]->code ||
                (failed[k] == &images[i].has.op.err && failed[k]->code == STK_EABSENT))
                continue;
            failed[k]->src = images[i].unit->src;
            stk_wrap(failed[k], "image '%s'", images[i].unit->name);
            rc = stk_report_error(cli, failed[k]);
        }
    }
    return rc;
}

static int run(struct cli *cli)
{
    struct together together = { .cli = cli };
    json_t *locked = NULL;
    size_t n;
    if (cli->o.offline)
        return stk_usage_error(cli, "--offline forbids outdated");
    int rc = stk_check_services(cli, NULL, &cli->args);
    rc = rc ? rc : lockfile_read(cli, &locked);
    if (rc)
        return rc;
    struct locked_image *images = locked_images(cli, locked, &n);
    for (size_t i = 0; i < n; i++) {
        if (!images[i].pinned)
            locked_ask_registry(&together, &images[i]);
        if (!images[i].pinned && !images[i].locked)
            locked_ask_engine(&together, &images[i]);
    }
    rc = together_run(&together);
    if (!rc && cli->o.json)
        print_json(images, n);
    else if (!rc)
        print_table(cli, images, n);
    rc = rc ? rc : judge(cli, images, n);
    locked_clear(images, n);
    json_decref(locked);
    return rc;
}

const struct command stk_cmd_outdated = {
    .name = "outdated",
    .args = "[SERVICE...]",
    .help = "Tell which images have newer ones in their registries",
    .more = "Compares with what 'stackctl lock' wrote, else with what the engine has. Exit status "
            "10: something moved.\n",
    .needs = NEEDS_FILE | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
