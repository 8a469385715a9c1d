/* ps_text.c — how one container is worded for people and for programs. Which of them are shown is
 * commands/ps.c. */
#include "ps_text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "json_text.h"
#include "table.h"
#include "text.h"
#include "width.h"

/* Docker Compose's limits, in characters. */
enum { COMMAND_MAX = 20, MOUNT_MAX = 15, ID_SHORT = 12 };

static void add_age(struct stk_buf *out, int64_t then_ms, int64_t now_ms)
{
    stk_format_age(out, now_ms > then_ms ? (now_ms - then_ms) / 1000 : 0);
}

static void add_up(struct stk_buf *out, const struct stk_status *st, int64_t now_ms)
{
    static const char *const health[] = {
        [STK_HEALTH_NONE] = "",
        [STK_HEALTH_STARTING] = " (health: starting)",
        [STK_HEALTH_HEALTHY] = " (healthy)",
        [STK_HEALTH_UNHEALTHY] = " (unhealthy)",
    };
    stk_buf_puts(out, "Up ");
    add_age(out, st->started_ms ? st->started_ms : st->created_ms, now_ms);
    stk_buf_puts(out, st->state == STK_PAUSED ? " (Paused)" : health[st->health]);
}

static void add_ended(struct stk_buf *out, const char *word, const struct stk_status *st,
                      int64_t now_ms)
{
    stk_buf_printf(out, "%s (%d)", word, st->exit_code);
    if (!st->finished_ms)
        return;
    stk_buf_putc(out, ' ');
    add_age(out, st->finished_ms, now_ms);
    stk_buf_puts(out, " ago");
}

void ps_status(struct stk_buf *out, const struct stk_status *st, int64_t now_ms)
{
    if (st->status_text && *st->status_text) {
        stk_buf_puts(out, st->status_text);
        return;
    }
    switch (st->state) {
    case STK_RUNNING:
    case STK_PAUSED:
        add_up(out, st, now_ms);
        return;
    case STK_RESTARTING:
        add_ended(out, "Restarting", st, now_ms);
        return;
    case STK_EXITED:
        add_ended(out, "Exited", st, now_ms);
        return;
    case STK_CREATED:
        stk_buf_puts(out, "Created");
        return;
    case STK_REMOVING:
        stk_buf_puts(out, "Removal In Progress");
        return;
    case STK_DEAD:
        stk_buf_puts(out, "Dead");
        return;
    case STK_ABSENT:
    case STK_PRESENT:
        stk_buf_puts(out, stk_state_name(st->state));
        return;
    }
}

static int compare_ports(const void *a, const void *b)
{
    const struct stk_published *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    int by_ip = strcmp(x->host_ip ? x->host_ip : "", y->host_ip ? y->host_ip : "");
    if (by_ip)
        return by_ip;
    if (x->published != y->published)
        return x->published < y->published ? -1 : 1;
    return strcmp(x->protocol, y->protocol);
}

/* The container's port and, when it has one, the same on the host: what may be shown as a range. */
static bool goes_on(const struct stk_published *a, const struct stk_published *b)
{
    bool same_offset =
        a->published ? a->published == a->target && b->published == b->target : b->published == 0;
    return b->target == a->target + 1 && same_offset && strcmp(a->protocol, b->protocol) == 0 &&
           stk_streq(a->host_ip, b->host_ip);
}

static void add_numbers(struct stk_buf *out, unsigned first, unsigned last)
{
    stk_buf_printf(out, "%u", first);
    if (last != first)
        stk_buf_printf(out, "-%u", last);
}

static void add_range(struct stk_buf *out, const struct stk_published *first, unsigned n)
{
    const char *ip = first->host_ip ? first->host_ip : "";
    if (out->size)
        stk_buf_puts(out, ", ");
    if (first->published) {
        if (*ip)
            stk_buf_printf(out, strchr(ip, ':') ? "[%s]:" : "%s:", ip);
        add_numbers(out, first->published, first->published + n - 1);
        stk_buf_puts(out, "->");
    }
    add_numbers(out, first->target, first->target + n - 1);
    stk_buf_printf(out, "/%s", first->protocol);
}

static struct stk_published *sorted_ports(const struct stk_status *st)
{
    struct stk_published *ports = stk_alloc((st->n_ports + 1) * sizeof(*ports));
    if (st->n_ports)
        memcpy(ports, st->ports, st->n_ports * sizeof(*ports));
    qsort(ports, st->n_ports, sizeof(*ports), compare_ports);
    return ports;
}

/* The same ports on two addresses come in turns when sorted by port, so a range is looked for among all
 * that are left. */
void ps_ports(struct stk_buf *out, const struct stk_status *st)
{
    struct stk_published *ports = sorted_ports(st);
    bool *told = stk_alloc(st->n_ports * sizeof(*told));
    for (size_t i = 0; i < st->n_ports; i++) {
        if (told[i])
            continue;
        struct stk_published last = ports[i];
        unsigned n = 1;
        for (size_t k = i + 1; k < st->n_ports; k++)
            if (!told[k] && goes_on(&last, &ports[k])) {
                last = ports[k];
                told[k] = true;
                n++;
            }
        add_range(out, &ports[i], n);
    }
    free(told);
    free(ports);
}

static void set_text(json_t *object, const char *key, const char *s)
{
    json_object_set_new(object, key, stk_json_text_of(s ? s : ""));
}

/* Takes what out holds. */
static void set_buf(json_t *object, const char *key, struct stk_buf *out)
{
    json_object_set_new(object, key, stk_json_textn(out->bytes ? out->bytes : "", out->size));
    stk_buf_reset(out);
}

/* In double quotes, with what would end them escaped, as Go's %q has it. */
static void add_quoted(struct stk_buf *out, const char *s)
{
    stk_buf_putc(out, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            stk_buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\t' || c == '\r')
            stk_buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else if (c < 0x20 || c == 0x7f)
            stk_buf_printf(out, "\\x%02x", c);
        else
            stk_buf_putc(out, (char)c);
    }
    stk_buf_putc(out, '"');
}

static void add_command(struct stk_buf *out, const char *command, bool full)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf cut;
    stk_buf_init(&cut, STK_MIB);
    stk_width_cut(&cut, command ? command : "", full ? SIZE_MAX : COMMAND_MAX);
    add_quoted(out, cut.bytes ? cut.bytes : "");
}

char *ps_table(const struct stk_status *const *v, size_t n, int64_t now_ms)
{
    static const char *const headers[] = { "NAME",    "IMAGE",  "COMMAND", "SERVICE",
                                           "CREATED", "STATUS", "PORTS" };
    struct table table = { .columns = STK_LEN(headers) };
    struct stk_buf text;
    stk_buf_init(&text, STK_MIB);
    for (size_t i = 0; i < STK_LEN(headers); i++)
        table_add(&table, headers[i]);
    for (size_t i = 0; i < n; i++) {
        table_add(&table, v[i]->name);
        table_add(&table, v[i]->image);
        add_command(&text, v[i]->command, false);
        table_add(&table, text.bytes);
        stk_buf_reset(&text);
        table_add(&table, v[i]->ref.name);
        if (v[i]->created_ms) {
            add_age(&text, v[i]->created_ms, now_ms);
            stk_buf_puts(&text, " ago");
        }
        table_add(&table, text.size ? text.bytes : NULL);
        stk_buf_reset(&text);
        ps_status(&text, v[i], now_ms);
        table_add(&table, text.bytes);
        stk_buf_reset(&text);
        ps_ports(&text, v[i]);
        table_add(&table, text.bytes);
        stk_buf_reset(&text);
    }
    char *all = table_text(&table);
    table_clear(&table);
    stk_buf_clear(&text);
    return all;
}

/* "2026-01-31 11:57:55 +0000 UTC", in the time zone of this process. */
static void add_time(struct stk_buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[80];
    if (ms && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z %Z", localtime_r(&seconds, &tm)))
        stk_buf_puts(out, text);
}

static void add_labels(struct stk_buf *out, const struct stk_kvs *labels)
{
    for (size_t i = 0; i < labels->n; i++) {
        const struct stk_kv *kv = &labels->v[i];
        if (strcmp(kv->key, "io.stackctl.config") == 0)
            continue; /* all of the service, with what it must not tell */
        stk_buf_printf(out, "%s%s=%s", out->size ? "," : "", kv->key, kv->value ? kv->value : "");
    }
}

/* Named volumes have no slash in front. */
static size_t count_volumes(const struct stk_strs *mounts)
{
    size_t n = 0;
    for (size_t i = 0; i < mounts->n; i++)
        n += mounts->v[i][0] != '/';
    return n;
}

static void add_list(struct stk_buf *out, const struct stk_strs *list, size_t columns)
{
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            stk_buf_putc(out, ',');
        stk_width_cut(out, list->v[i], columns);
    }
}

static json_t *publishers(const struct stk_status *st)
{
    json_t *list = json_array();
    struct stk_published *ports = sorted_ports(st);
    for (size_t i = 0; i < st->n_ports; i++) {
        json_t *port = json_object();
        set_text(port, "URL", ports[i].host_ip);
        json_object_set_new(port, "TargetPort", json_integer(ports[i].target));
        json_object_set_new(port, "PublishedPort", json_integer(ports[i].published));
        set_text(port, "Protocol", ports[i].protocol);
        json_array_append_new(list, port);
    }
    free(ports);
    return list;
}

static void set_id(json_t *object, const char *id, bool full)
{
    size_t n = id ? strlen(id) : 0;
    json_object_set_new(object, "ID",
                        stk_json_textn(id ? id : "", full || n < ID_SHORT ? n : ID_SHORT));
}

static void set_number(json_t *object, const char *key, size_t n)
{
    STK_CLEANUP(stk_charp) char *text = stk_printf("%zu", n);
    set_text(object, key, text);
}

json_t *ps_json(const struct stk_status *st, int64_t now_ms, bool full)
{
    json_t *object = json_object();
    STK_CLEANUP(stk_buf_clearp) struct stk_buf text;
    stk_buf_init(&text, 16 * STK_MIB);
    add_command(&text, st->command, full);
    set_buf(object, "Command", &text);
    add_time(&text, st->created_ms);
    set_buf(object, "CreatedAt", &text);
    json_object_set_new(object, "ExitCode", json_integer(st->exit_code));
    set_text(object, "Health", stk_health_name(st->health));
    set_id(object, st->ref.id, full);
    set_text(object, "Image", st->image);
    add_labels(&text, &st->labels);
    set_buf(object, "Labels", &text);
    set_number(object, "LocalVolumes", count_volumes(&st->mounts));
    add_list(&text, &st->mounts, full ? SIZE_MAX : MOUNT_MAX);
    set_buf(object, "Mounts", &text);
    set_text(object, "Name", st->name);
    set_text(object, "Names", st->name);
    add_list(&text, &st->networks, SIZE_MAX);
    set_buf(object, "Networks", &text);
    ps_ports(&text, st);
    set_buf(object, "Ports", &text);
    set_text(object, "Project", st->project);
    json_object_set_new(object, "Publishers", publishers(st));
    add_age(&text, st->created_ms, now_ms);
    stk_buf_puts(&text, " ago");
    set_buf(object, "RunningFor", &text);
    set_text(object, "Service", st->ref.name);
    set_text(object, "Size", "0B");
    set_text(object, "State", stk_state_name(st->state));
    ps_status(&text, st, now_ms);
    set_buf(object, "Status", &text);
    return object;
}
