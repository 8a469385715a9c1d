/* push.c — `push`: the images that services are built to, to their registries. */
#include "push.h"

#include <string.h>

#include "arena.h"
#include "stackctl/docker/image.h"
#include "stackctl/events.h"
#include "text.h"
#include "together.h"

#define AT(member) offsetof(struct options, member)
static const struct option_row options[] = {
    { "include-deps", 0, OPT_FLAG, AT(include_deps), NULL,
      "What the named services depend on, too" },
    { "ignore-push-failures", 0, OPT_FLAG, AT(ignore_failures), NULL,
      "Push what can be pushed; the rest is a warning" },
    { "quiet", 'q', OPT_FLAG, AT(quiet), NULL, "No progress" },
    { 0 },
};

struct push {
    struct stk_push_req req;
    struct stk_src src;
    struct pushes *of;
    int64_t began_ms;
};

struct pushes {
    struct together together;
    struct stk_sink *view;
    struct push *v;
    size_t n;
    bool quiet, ignore;
    int rc;
};

static void tell(struct push *push, struct stk_event *ev)
{
    ev->phase = STK_PHASE_PUSH;
    ev->ref = (struct stk_ref){ .kind = STK_IMAGE, .name = push->req.name };
    ev->name = push->req.name;
    ev->elapsed_ms = (unsigned)(stk_monotonic_ms() - push->began_ms);
    if (push->of->view)
        push->of->view->event(push->of->view, ev);
}

static void progress(struct stk_push_req *req, const struct stk_progress *p)
{
    struct push *push = STK_CONTAINER(req, struct push, req);
    if (!push->of->quiet)
        tell(push, &(struct stk_event){ .type = STK_EV_PROGRESS, .progress = p });
}

static void ended(struct together *together, struct stk_op *op)
{
    struct pushes *pushes = STK_CONTAINER(together, struct pushes, together);
    struct stk_push_req *req = STK_CONTAINER(op, struct stk_push_req, op);
    struct push *push = STK_CONTAINER(req, struct push, req);
    bool failed = op->err.code != STK_OK, tolerated = pushes->ignore && op->err.code == STK_EIMAGE;
    if (!failed)
        tell(push, &(struct stk_event){ .type = STK_EV_DONE });
    else if (tolerated)
        tell(push, &(struct stk_event){ .type = STK_EV_WARNING, .message = op->err.msg });
    else if (op->err.code != STK_ECANCELED)
        tell(push, &(struct stk_event){ .type = STK_EV_FAILED,
                                        .message = op->err.msg,
                                        .code = op->err.code,
                                        .src = push->src });
    if (failed && !tolerated && !pushes->rc)
        pushes->rc = stk_code_info(op->err.code)->exit_status;
}

/* Each name once. */
static void add(struct pushes *pushes, const char *name, struct stk_src src)
{
    for (size_t i = 0; i < pushes->n; i++)
        if (strcmp(pushes->v[i].req.name, name) == 0)
            return;
    pushes->v[pushes->n++] =
        (struct push){ .req = { .name = name, .progress = progress }, .src = src, .of = pushes };
}

bool push_is_meant(const struct stk_spec *spec, const struct stk_service *service,
                   const struct cli *cli, size_t depth)
{
    bool deps = cli->o.include_deps || cli->o.with_deps;
    if (stk_is_named(cli, service->name))
        return true;
    for (size_t i = 0; deps && depth && i < spec->n_services; i++)
        for (size_t k = 0; k < spec->services[i].n_depends_on; k++)
            if (stk_streq(spec->services[i].depends_on[k].service, service->name) &&
                push_is_meant(spec, &spec->services[i], cli, depth - 1))
                return true;
    return false;
}

/* Only what is built here and has a name of its own, as with Docker Compose. */
static void collect(struct cli *cli, struct pushes *pushes)
{
    const struct stk_spec *spec = cli->spec;
    size_t most = 1;
    for (size_t i = 0; i < spec->n_services; i++)
        most += 1 + spec->services[i].build.tags.n;
    pushes->v = stk_arena_array(cli->arena, most, sizeof(*pushes->v));
    for (size_t i = 0; i < spec->n_services; i++) {
        const struct stk_service *service = &spec->services[i];
        if (!service->build.set || service->built ||
            !push_is_meant(spec, service, cli, spec->n_services))
            continue;
        if (cli->o.build_push && service->build.platforms.n > 1)
            continue; /* BuildKit has */
        add(pushes, service->image, service->image_src);
        for (size_t k = 0; k < service->build.tags.n; k++)
            add(pushes, service->build.tags.v[k], service->build.src);
    }
}

static int push_all(struct cli *cli)
{
    struct pushes pushes = { .together = { .cli = cli, .ended = ended },
                             .quiet = cli->o.quiet,
                             .ignore = cli->o.ignore_failures };
    collect(cli, &pushes);
    if (!pushes.n && cli->o.build_push)
        return 0;
    if (!pushes.n) {
        stk_warn("nothing to push: no service that was asked for has both 'build' and 'image'");
        return 0;
    }
    pushes.view = stk_view_new(cli);
    for (size_t i = 0; i < pushes.n; i++) {
        pushes.v[i].began_ms = stk_monotonic_ms();
        together_add(&pushes.together, &pushes.v[i].req.op);
        tell(&pushes.v[i], &(struct stk_event){ .type = STK_EV_BEGIN });
        stk_docker_push(cli->docker, &pushes.v[i].req);
    }
    int rc = together_run(&pushes.together);
    stk_view_free(pushes.view);
    for (size_t i = 0; i < pushes.n; i++)
        stk_error_clear(&pushes.v[i].req.op.err);
    return rc ? rc : pushes.rc;
}

int push_built(struct cli *cli)
{
    int rc = stk_cli_prepare_docker(cli);
    return rc ? rc : push_all(cli);
}

static int run(struct cli *cli)
{
    int rc = stk_check_services(cli, NULL, &cli->args);
    if (!rc && cli->o.offline)
        return stk_usage_error(cli, "--offline forbids push");
    return rc ? rc : push_all(cli);
}

const struct command stk_cmd_push = {
    .name = "push",
    .args = "[SERVICE...]",
    .help = "Push the images that were built",
    .needs = NEEDS_FILE | NEEDS_ENGINE | NEEDS_DOCKER,
    .max_args = -1,
    .options = options,
    .run = run,
};
