/* fake_inspect.c — the operation inspect: one unit in all detail, or everything of a project. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "op.h"
#include "text.h"

#include "fake_engine.h"

static void see_one(struct fake_job *job)
{
    struct stk_inspect_req *req = job->req;
    struct fake_engine *e = job->engine;
    req->seen = fake_seen_one(e, fake_by_ref(e, e->opts->project, req->ref), *req->ref);
    fake_job_end(job, NULL);
}

static bool has(const struct stk_strs *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (stk_streq(list->v[i], name))
            return true;
    return false;
}

static bool wanted(const struct stk_inspect_req *req, const struct fake_unit *u)
{
    static const unsigned bits[] = { [STK_SERVICE] = STK_SEE_SERVICES,
                                     [STK_NETWORK] = STK_SEE_NETWORKS,
                                     [STK_VOLUME] = STK_SEE_VOLUMES };
    if (u->kind == STK_IMAGE || !(req->what & bits[u->kind]))
        return false;
    if (u->kind != STK_SERVICE && has(&req->externals, u->name))
        return true;
    if (req->what & STK_SEE_OTHERS)
        return true;
    return u->project && (!req->project || stk_streq(u->project, req->project));
}

static struct stk_status absent_image(struct stk_arena *arena, const char *reference)
{
    return (struct stk_status){ .ref = { .kind = STK_IMAGE,
                                         .name = stk_arena_strdup(arena, reference) },
                                .name = stk_arena_strdup(arena, reference),
                                .state = STK_ABSENT };
}

static void see_all(struct fake_job *job)
{
    struct stk_inspect_req *req = job->req;
    struct fake_engine *e = job->engine;
    struct stk_arena *arena = stk_arena_new();
    size_t n = 0, most = req->images.n;
    for (const struct fake_unit *u = e->units; u; u = u->next)
        most++;
    struct stk_status *v = stk_arena_array(arena, most, sizeof(*v));
    for (const struct fake_unit *u = e->units; u; u = u->next)
        if (wanted(req, u))
            fake_status_of(e, arena, u, false, &v[n++]);
    for (size_t i = 0; (req->what & STK_SEE_IMAGES) && i < req->images.n; i++, n++) {
        const struct fake_unit *u = fake_image_unit(e, req->images.v[i]);
        v[n] = absent_image(arena, req->images.v[i]);
        if (u)
            fake_status_of(e, arena, u, false, &v[n]);
    }
    qsort(v, n, sizeof(*v), stk_status_compare);
    req->seen = stk_arena_alloc(arena, sizeof(*req->seen));
    *req->seen = (struct stk_seen){ .v = v, .n = n, .arena = arena };
    fake_job_end(job, NULL);
}

/* One list a kind, however much there is: as many requests as a real engine needs. */
static void ask_lists(struct fake_job *job)
{
    struct stk_inspect_req *req = job->req;
    unsigned *asked = job->more;
    for (unsigned bit = STK_SEE_SERVICES; bit <= STK_SEE_IMAGES; bit *= 2) {
        if (!(req->what & bit) || (*asked & bit))
            continue;
        *asked |= bit;
        fake_ask(job, "list", "", 0, *asked == req->what ? see_all : ask_lists);
        return;
    }
    see_all(job);
}

void fake_inspect(void *self, struct stk_inspect_req *req)
{
    struct fake_engine *e = self;
    struct fake_job *job = fake_job_begin(e, &req->op, req);
    if (req->ref) {
        const struct fake_unit *u = fake_by_ref(e, e->opts->project, req->ref);
        const char *name = u ? u->name : req->ref->name ? req->ref->name : req->ref->id;
        fake_ask(job, "inspect", name, 0, see_one);
        return;
    }
    if (req->what &
        STK_SEE_OTHERS) { /* costs nothing, so that scripts may count what tests are about */
        fake_later(job, 0, see_all);
        return;
    }
    job->more = stk_arena_alloc(job->arena, sizeof(unsigned));
    fake_later(job, 0, ask_lists);
}
