/* view.c — chooses how progress is shown, and holds the words that all ways of showing share. */
#include "view.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "command.h"
#include "text.h"

static bool starts_with_utf8(const char *locale)
{
    const char *dot = locale ? strchr(locale, '.') : NULL;
    return dot && (strncasecmp(dot, ".utf-8", 6) == 0 || strncasecmp(dot, ".utf8", 5) == 0);
}

/* The first of the three that is set decides, as POSIX has it. */
static bool is_utf8_locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < STK_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return starts_with_utf8(value);
    }
    return false;
}

/* May the cursor move there? Colours are another question: NO_COLOR leaves the live view alone. */
static bool is_live(const struct cli *cli, int fd)
{
    const char *ansi = cli->o.ansi ? cli->o.ansi : getenv("COMPOSE_ANSI");
    const char *term = getenv("TERM");
    if (ansi && strcmp(ansi, "never") == 0)
        return false;
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

static const struct {
    const char *name;
    struct stk_sink *(*make)(const struct view *base);
} kinds[] = {
    { "plain", view_plain_new }, { "tty", view_tty_new },    { "json", view_json_new },
    { "quiet", view_quiet_new }, { "none", view_quiet_new },
};

struct stk_sink *stk_view_new(struct cli *cli)
{
    const char *to_stdout = getenv("COMPOSE_STATUS_STDOUT");
    const char *kind = cli->o.progress ? cli->o.progress : getenv("COMPOSE_PROGRESS");
    bool boolean = to_stdout && *to_stdout && !strchr("0fFnN", *to_stdout);
    struct view base = {
        .spec = cli->spec,
        .project = cli->project,
        .loop = cli->loop,
        .fd = boolean ? STDOUT_FILENO : STDERR_FILENO,
        .ascii = !is_utf8_locale(),
    };
    base.colour = stk_colours(cli, base.fd);
    for (size_t i = 0; kind && i < STK_LEN(kinds); i++)
        if (strcmp(kind, kinds[i].name) == 0)
            return kinds[i].make(&base);
    return is_live(cli, base.fd) ? view_tty_new(&base) : view_plain_new(&base);
}

struct view *view_of(struct stk_sink *sink)
{
    return STK_CONTAINER(sink, struct view, sink);
}

void stk_view_free(struct stk_sink *sink)
{
    if (sink)
        view_of(sink)->free(view_of(sink));
}

void view_write(const struct view *view, struct stk_buf *text)
{
    for (size_t at = 0; at < text->size;) {
        ssize_t n = write(view->fd, text->bytes + at, text->size - at);
        if (n >= 0) {
            at += (size_t)n;
            continue;
        }
        if (errno == EAGAIN)
            poll(&(struct pollfd){ .fd = view->fd, .events = POLLOUT }, 1, -1);
        else if (errno != EINTR)
            break;
    }
    stk_buf_reset(text);
}

void view_add_name(struct stk_buf *out, enum stk_kind kind, const char *name)
{
    stk_buf_printf(out, "%s ", stk_kind_word(kind));
    stk_escape_control(out, name, strlen(name));
}

void view_add_skipped(struct stk_buf *out, const struct stk_event *ev)
{
    stk_buf_puts(out, "not ");
    for (const char *p = stk_event_word(ev->phase, STK_EV_DONE); *p; p++)
        stk_buf_putc(out, (char)tolower((unsigned char)*p));
    if (ev->message && *ev->message) {
        stk_buf_puts(out, " because ");
        stk_escape_control(out, ev->message, strlen(ev->message));
    }
}

void view_add_said(struct stk_buf *out, const struct stk_event *ev)
{
    const char *message = ev->message ? ev->message : "";
    stk_escape_control(out, ev->ref.name, strlen(ev->ref.name));
    stk_buf_printf(out, "-%u ->  | ", ev->ref.index);
    stk_escape_control(out, message, strlen(message));
    stk_buf_putc(out, '\n');
}

void view_add_warning(struct stk_buf *out, const struct stk_event *ev)
{
    const char *message = ev->message ? ev->message : "";
    stk_buf_puts(out, "warning: ");
    if (ev->name && !strstr(message, ev->name)) {
        view_add_name(out, ev->ref.kind, ev->name);
        stk_buf_puts(out, ": ");
    }
    stk_escape_control(out, message, strlen(message));
}
