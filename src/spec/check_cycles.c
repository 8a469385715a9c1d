/* check_cycles.c — services that wait for each other, told with the lines of their keys. */
#include <stdlib.h>

#include "arena.h"
#include "buf.h"
#include "model.h"

enum { NEW, ON_PATH, DONE };

struct step {
    struct service *s;
    size_t next; /* dependency to look at */
};

/* "a → b → a (lines 3, 9)": path ends with what leads back to where from is on it. */
static void fail_cycle(struct load *ld, const struct step *path, size_t n, const struct service *to)
{
    size_t from = 0;
    if (!stk_diags_keep(ld->diags)) {
        fail_src(ld, to->s.src, "dependency cycle"); /* only counted from here on */
        return;
    }
    while (path[from].s != to)
        from++;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 4 * STK_KIB);
    for (size_t i = from; i < n; i++)
        stk_buf_printf(&text, "%s → ", path[i].s->s.name);
    stk_buf_printf(&text, "%s (%s", to->s.name, n - from > 1 ? "lines" : "line");
    for (size_t i = from; i < n; i++)
        stk_buf_printf(&text, "%s %u", i > from ? "," : "",
                       path[i].s->s.depends_on[path[i].next - 1].src.line);
    const struct step *last = &path[n - 1];
    struct stk_src other = { 0 };
    if (n - from > 1)
        other = last->s->s.depends_on[last->next - 1].src;
    struct stk_diag d =
        diag_between(ld, path[from].s->s.depends_on[path[from].next - 1].src, 0, other);
    d.rule = STK_RULE_CYCLE;
    stk_diags_add(ld->diags, &d, "dependency cycle: %s)", text.bytes);
}

/* Depth first, with a path of its own instead of recursion. */
static void search(struct load *ld, const struct model *m, struct step *path, struct service *start)
{
    size_t n = 1;
    path[0] = (struct step){ start, 0 };
    start->mark = ON_PATH;
    while (n) {
        struct step *at = &path[n - 1];
        if (at->next == at->s->s.n_depends_on) {
            at->s->mark = DONE;
            n--;
            continue;
        }
        struct service *on = model_service(m, at->s->s.depends_on[at->next++].service);
        if (on && on->mark == ON_PATH) {
            fail_cycle(ld, path, n, on);
        } else if (on && on->enabled && on->mark == NEW) {
            on->mark = ON_PATH;
            path[n++] = (struct step){ on, 0 };
        }
    }
}

void check_cycles(struct load *ld, const struct model *m)
{
    struct step *path = stk_alloc((m->n_services + 1) * sizeof(*path));
    for (size_t i = 0; i < m->n_services; i++)
        if (m->services[i].enabled && m->services[i].mark == NEW)
            search(ld, m, path, &m->services[i]);
    free(path);
}
