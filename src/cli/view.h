/* view.h — what the views of one stream of events share. view.c chooses one. */
#ifndef STK_VIEW_H
#define STK_VIEW_H

#include "buf.h"
#include "stackctl/events.h"

struct stk_loop;

/* The first member of every view. */
struct view {
    struct stk_sink sink;
    void (*free)(struct view *view); /* tells what is still to be told, then frees the view */
    /* what it was made with; all borrowed */
    const struct stk_spec *spec; /* or NULL */
    const char *project;         /* or NULL */
    struct stk_loop *loop;
    int fd;
    bool colour, ascii;
};

/* Each copies what is in base. */
struct stk_sink *view_plain_new(const struct view *base);
struct stk_sink *view_quiet_new(const struct view *base); /* failures and warnings only */
struct stk_sink *view_tty_new(const struct view *base);
struct stk_sink *view_json_new(const struct view *base);

struct view *view_of(struct stk_sink *sink);
/* Writes text in one piece and empties it. A descriptor that cannot be written is no reason to stop
 * the work. */
void view_write(const struct view *view, struct stk_buf *text);
/* "Container shop-web-1": the kind and the name, safe for a terminal. */
void view_add_name(struct stk_buf *out, enum stk_kind kind, const char *name);
/* "not started because 'db' failed". */
void view_add_skipped(struct stk_buf *out, const struct stk_event *ev);
/* "warning: …" */
/* "web-1 ->  | text", as Docker Compose shows what a hook prints. */
void view_add_said(struct stk_buf *out, const struct stk_event *ev);
void view_add_warning(struct stk_buf *out, const struct stk_event *ev);

#endif
