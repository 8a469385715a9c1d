/* images.c — `images`: what the project's containers were made from. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json_text.h"
#include "pick.h"
#include "stackctl/docker/image.h"
#include "table.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "table or json", "table|json" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "IDs only, each once" },
    { 0 },
};

enum { SHORT_ID = 12 };

static const char *bare(const char *id)
{
    return stk_starts(id, "sha256:") ? id + strlen("sha256:") : id;
}

/* The name it was made under, when the image still has it; else whatever it has, or none. */
static void name_of(const struct stk_image_req *image, const char *wanted, struct cli *cli,
                    const char **ret_repository, const char **ret_tag)
{
    const char *name = image->tags.n ? image->tags.v[0] : NULL;
    for (size_t i = 0; i < image->tags.n; i++)
        if (stk_streq(image->tags.v[i], wanted))
            name = wanted;
    const char *slash = name ? strrchr(name, '/') : NULL;
    const char *colon = name ? strchr(slash ? slash : name, ':') : NULL;
    *ret_repository = colon  ? stk_arena_strndup(cli->arena, name, (size_t)(colon - name))
                      : name ? name
                             : "<none>";
    *ret_tag = colon ? colon + 1 : "<none>";
}

static void add_row(struct cli *cli, struct table *table, const struct stk_status *status,
                    const struct stk_image_req *image)
{
    const char *repository, *tag;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf size;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf age;
    stk_buf_init(&size, STK_KIB);
    stk_buf_init(&age, STK_KIB);
    stk_format_size(&size, image->size);
    if (image->created_ms) {
        stk_format_age(&age, (stk_now_ms() - image->created_ms) / 1000);
        stk_buf_puts(&age, " ago");
    }
    name_of(image, status->image, cli, &repository, &tag);
    table_add(table, status->name);
    table_add(table, repository);
    table_add(table, tag);
    table_add(table, image->platform);
    table_add(table, stk_arena_strndup(cli->arena, bare(image->id), SHORT_ID));
    table_add(table, size.bytes);
    table_add(table, age.size ? age.bytes : "N/A");
}

static void print_table(struct cli *cli, const struct stk_status *const *v,
                        const struct stk_image_req *images, size_t n)
{
    static const char *const titles[] = { "CONTAINER", "REPOSITORY", "TAG",    "PLATFORM",
                                          "IMAGE ID",  "SIZE",       "CREATED" };
    struct table table = { .columns = STK_LEN(titles) };
    for (size_t i = 0; i < STK_LEN(titles); i++)
        table_add(&table, titles[i]);
    for (size_t i = 0; i < n; i++)
        if (images[i].arena)
            add_row(cli, &table, v[i], &images[i]);
    STK_CLEANUP(stk_charp) char *text = table_text(&table);
    fputs(text, stdout);
    table_clear(&table);
}

static void print_json(struct cli *cli, const struct stk_status *const *v,
                       const struct stk_image_req *images, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const char *repository, *tag;
        if (!images[i].arena)
            continue;
        name_of(&images[i], v[i]->image, cli, &repository, &tag);
        json_t *row = json_object();
        json_object_set_new(row, "ID", stk_json_text_of(images[i].id));
        json_object_set_new(row, "ContainerName", stk_json_text_of(v[i]->name));
        json_object_set_new(row, "Repository", stk_json_text_of(repository));
        json_object_set_new(row, "Tag", stk_json_text_of(tag));
        json_object_set_new(row, "Platform", stk_json_text_of(images[i].platform));
        json_object_set_new(row, "Size", json_integer(images[i].size));
        if (images[i].last_tagged)
            json_object_set_new(row, "LastTagTime", stk_json_text_of(images[i].last_tagged));
        json_array_append_new(list, row);
    }
    STK_CLEANUP(stk_charp) char *line = stk_json_line(list);
    fputs(line, stdout);
}

static void print_ids(const struct stk_image_req *images, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool again = !images[i].arena;
        for (size_t k = 0; k < i && !again; k++)
            again = images[k].arena && strcmp(images[k].id, images[i].id) == 0;
        if (!again)
            stk_say(stdout, "%s", bare(images[i].id));
    }
}

/* An image that was removed under its containers is left out; anything else is an error. */
static int check(struct cli *cli, struct stk_image_req *images, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (images[i].op.err.code && images[i].op.err.code != STK_EABSENT)
            return stk_report_error(cli, &images[i].op.err);
    return 0;
}

static int ask(struct cli *cli, const struct stk_status *const *v, size_t n)
{
    struct together together = { .cli = cli };
    struct stk_image_req *images = stk_arena_array(cli->arena, n + 1, sizeof(*images));
    for (size_t i = 0; i < n; i++) {
        images[i].name = v[i]->image_id ? v[i]->image_id : v[i]->image;
        together_add(&together, &images[i].op);
        stk_docker_image(cli->docker, &images[i]);
    }
    int rc = together_run(&together);
    rc = rc ? rc : check(cli, images, n);
    if (!rc && cli->o.quiet)
        print_ids(images, n);
    else if (!rc && stk_streq(cli->o.format, "json"))
        print_json(cli, v, images, n);
    else if (!rc)
        print_table(cli, v, images, n);
    for (size_t i = 0; i < n; i++)
        stk_image_clear(&images[i]);
    return rc;
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *const *v = NULL;
    size_t n = 0;
    int rc = pick_named(cli, 0, &seen, &v, &n);
    if (!rc)
        rc = ask(cli, v, n);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_images = {
    .name = "images",
    .args = "[SERVICE...]",
    .help = "Show the images that containers were made from",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
