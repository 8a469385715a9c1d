/* commit.c — commit: an image made of what a service's container has become. */
#include <stdio.h>

#include "arena.h"
#include "pick.h"
#include "stackctl/docker/commit.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "author", 'a', OPT_STRING, AT(author), "AUTHOR", "Who made it" },
    { "change", 'c', OPT_LIST, AT(change), "INSTRUCTION",
      "An instruction of a Dockerfile to apply; may be repeated" },
    { "index", 0, OPT_COUNT, AT(index), "N", "Which of several instances" },
    { "message", 'm', OPT_STRING, AT(message), "TEXT", "What was changed" },
    { "pause", 'p', OPT_NO_FLAG, AT(no_pause), NULL,
      "Pause the container meanwhile; =false does not" },
    { 0 },
};

static int commit(struct cli *cli, const struct stk_status *status)
{
    struct together together = { .cli = cli };
    struct stk_commit_req req = {
        .id = status->ref.id,
        .image = cli->args.n > 1 ? cli->args.v[1] : NULL,
        .author = cli->o.author,
        .message = cli->o.message,
        .changes = cli->o.change,
        .no_pause = cli->o.no_pause,
    };
    stk_say(stderr, " Container %s  Committing", status->name);
    together_add(&together, &req.op);
    stk_docker_commit(cli->docker, &req);
    int rc = together_run(&together);
    if (!rc && req.op.err.code) {
        stk_wrap(&req.op.err, "committing '%s'", status->name);
        rc = stk_report_error(cli, &req.op.err);
    } else if (!rc) {
        stk_say(stderr, " Container %s  Committed as %s", status->name, req.image_id);
        stk_say(stdout, "%s", req.image_id);
    }
    stk_error_clear(&req.op.err);
    return rc;
}

static int run(struct cli *cli)
{
    struct stk_seen *seen = NULL;
    const struct stk_status *status = NULL;
    if (cli->args.n == 0)
        return stk_usage_error(cli, "commit needs a service");
    int rc = pick_one(cli, cli->args.v[0], 0, &seen, &status);
    if (!rc && cli->o.dry_run)
        stk_say(stdout, "would commit container %s", status->name);
    else if (!rc)
        rc = commit(cli, status);
    stk_seen_free(seen);
    return rc;
}

const struct command stk_cmd_commit = {
    .name = "commit",
    .args = "SERVICE [IMAGE[:TAG]]",
    .help = "Make an image of a service's container",
    .more = "Prints the image's ID. A container that is stopped will do.\n",
    .needs = NEEDS_PROJECT | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = 2,
    .options = options,
    .run = run,
};
