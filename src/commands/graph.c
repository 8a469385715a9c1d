/* cmd_graph.c — graph: who needs whom, as a tree or for dot and mermaid. Talks to no engine. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "command.h"

#define AT(member) offsetof(struct options, member)

static const struct option_row options[] = {
    { "format", 0, OPT_STRING, AT(format), "FORMAT", "tree, dot or mermaid", "tree|dot|mermaid" },
    { 0 },
};

static const char *condition(enum stk_until until)
{
    switch (until) {
    case STK_UNTIL_STARTED:
        return "started";
    case STK_UNTIL_HEALTHY:
        return "healthy";
    case STK_UNTIL_COMPLETED:
        return "completed";
    case STK_UNTIL_READY:
        return "ready";
    case STK_UNTIL_EXITED:
        return "exited";
    }
    return "";
}

struct tree {
    const struct stk_spec *spec;
    bool *shown;       /* by service: its needs stand in the tree already */
    char margin[4096]; /* of the lines below */
};

/* Depth is bounded by the margin: a chain deeper than it is cut with a mark. */
static void show(struct tree *t, const struct stk_service *service)
{
    bool *shown = &t->shown[service - t->spec->services];
    size_t at = strlen(t->margin);
    if (*shown && service->n_depends_on) {
        printf("%s└─ (as above)\n", t->margin);
        return;
    }
    *shown = true;
    for (size_t i = 0; i < service->n_depends_on; i++) {
        const struct stk_depend *depend = &service->depends_on[i];
        const struct stk_service *on = stk_spec_service(t->spec, depend->service);
        bool last = i + 1 == service->n_depends_on;
        printf("%s%s %s (%s%s)\n", t->margin, last ? "└─" : "├─", depend->service,
               condition(depend->until), depend->required ? "" : ", optional");
        if (!on || at + 8 >= sizeof(t->margin))
            continue;
        strcpy(t->margin + at, last ? "   " : "│  ");
        show(t, on);
        t->margin[at] = '\0';
    }
}

static bool is_needed(const struct stk_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_services; i++)
        for (size_t k = 0; k < spec->services[i].n_depends_on; k++)
            if (strcmp(spec->services[i].depends_on[k].service, name) == 0)
                return true;
    return false;
}

/* Every service that nobody needs begins a tree. */
static void show_trees(struct cli *cli)
{
    struct tree *t = stk_arena_alloc(cli->arena, sizeof(*t));
    t->spec = cli->spec;
    t->shown = stk_arena_array(cli->arena, cli->spec->n_services + 1, sizeof(*t->shown));
    for (size_t i = 0; i < cli->spec->n_services; i++) {
        const struct stk_service *service = &cli->spec->services[i];
        if (is_needed(cli->spec, service->name))
            continue;
        puts(service->name);
        show(t, service);
    }
}

struct dialect {
    const char *name, *begin, *end;
    void (*node)(const char *name);
    void (*edge)(const char *from, const struct stk_depend *to);
};

static void dot_node(const char *name)
{
    printf("  \"%s\";\n", name);
}

static void dot_edge(const char *from, const struct stk_depend *to)
{
    printf("  \"%s\" -> \"%s\" [label=\"%s\"%s];\n", from, to->service, condition(to->until),
           to->required ? "" : ", style=dashed");
}

static void mermaid_node(const char *name)
{
    printf("  %s\n", name);
}

static void mermaid_edge(const char *from, const struct stk_depend *to)
{
    printf("  %s %s|%s| %s\n", from, to->required ? "-->" : "-.->", condition(to->until),
           to->service);
}

static const struct dialect dialects[] = {
    { "dot", "digraph stack {\n", "}\n", dot_node, dot_edge },
    { "mermaid", "graph TD\n", "", mermaid_node, mermaid_edge },
};

static void show_edges(const struct stk_spec *spec, const struct dialect *d)
{
    fputs(d->begin, stdout);
    for (size_t i = 0; i < spec->n_services; i++) {
        const struct stk_service *service = &spec->services[i];
        d->node(service->name);
        for (size_t k = 0; k < service->n_depends_on; k++)
            d->edge(service->name, &service->depends_on[k]);
    }
    fputs(d->end, stdout);
}

static int run(struct cli *cli)
{
    for (size_t i = 0; cli->o.format && i < STK_LEN(dialects); i++)
        if (strcmp(cli->o.format, dialects[i].name) == 0) {
            show_edges(cli->spec, &dialects[i]);
            return 0;
        }
    show_trees(cli);
    return 0;
}

const struct command stk_cmd_graph = {
    .name = "graph",
    .args = "",
    .help = "Show which service needs which, and until when",
    .needs = NEEDS_FILE,
    .max_args = 0,
    .options = options,
    .run = run,
};
