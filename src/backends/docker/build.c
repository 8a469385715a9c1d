/* build.c — asks the engine's own builder for an image: what the file says as a query, the context as
 * a stream, and the lines that it answers with. */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "dockerfile.h"
#include "labels.h"
#include "login.h"
#include "pull.h"
#include "put.h"
#include "text.h"

enum { CONTEXT_MS = 600000 }; /* an engine unpacks all of the context before it says a word */
#define SAID_MAX STK_MIB

static const struct stk_src nowhere;

/* ---- what is asked ---- */

static void add(struct stk_buf *path, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    STK_CLEANUP(stk_charp) char *escaped = stk_url_escape(value);
    stk_buf_printf(path, "&%s=%s", key, escaped);
}

static void add_flag(struct stk_buf *path, const char *key, bool on)
{
    if (on)
        stk_buf_printf(path, "&%s=1", key);
}

/* Steals value; an empty one is not sent. */
static void add_json(struct stk_buf *path, const char *key, json_t *value)
{
    if (json_object_size(value) || json_array_size(value)) {
        STK_CLEANUP(stk_charp) char *text = json_dumps(value, JSON_COMPACT);
        if (!text)
            stk_out_of_memory();
        add(path, key, text);
    }
    json_decref(value);
}

/* Those of the command line count more. */
static struct stk_kvs all_args(struct stk_arena *arena, const struct stk_build *build,
                               const struct stk_build_opts *opts)
{
    size_t more = opts ? opts->args.n : 0;
    struct stk_kv *v = stk_arena_array(arena, build->args.n + more + 1, sizeof(*v));
    struct stk_kvs ret = { .n = 0, .v = v };
    for (size_t i = 0; i < more; i++) {
        const char *text = opts->args.v[i], *equals = strchr(text, '=');
        const char *key = equals ? stk_arena_strndup(arena, text, (size_t)(equals - text)) : text;
        v[ret.n++] = (struct stk_kv){ .key = key, .value = equals ? equals + 1 : getenv(key) };
    }
    for (size_t i = 0; i < build->args.n; i++)
        v[ret.n++] = build->args.v[i];
    return ret;
}

json_t *stk_build_args(const struct stk_build *build, const struct stk_build_opts *opts)
{
    struct stk_arena *arena = stk_arena_new();
    struct stk_kvs all = all_args(arena, build, opts);
    json_t *args = json_object();
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].value && !json_object_get(args, all.v[i].key))
            json_object_set_new(args, all.v[i].key, json_string(all.v[i].value));
    stk_arena_free(arena);
    return args;
}

/* Docker Compose's, by which `down --rmi` and people know whose it is. */
json_t *stk_build_labels(const struct stk_unit *unit, const char *tool)
{
    json_t *labels = stk_map_of(&unit->image.build->labels);
    if (unit->spec)
        json_object_set_new(labels, STK_LABEL_PROJECT, json_string(unit->spec->project));
    json_object_set_new(labels, STK_LABEL_SERVICE, json_string(unit->image.service));
    json_object_set_new(labels, STK_LABEL_VERSION, json_string(tool));
    return labels;
}

static json_t *ulimits_of(const struct stk_build *build)
{
    json_t *list = json_array();
    for (size_t i = 0; i < build->n_ulimits; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "Name", build->ulimits[i].name,
                                              "Soft", (json_int_t)build->ulimits[i].soft, "Hard",
                                              (json_int_t)build->ulimits[i].hard));
    return list;
}

static bool is_on(const struct stk_opt *opt)
{
    return opt->set && opt->v;
}

static void add_limits(struct stk_buf *path, const struct stk_build *build,
                       const struct stk_build_opts *opts)
{
    if (build->shm_size.set)
        stk_buf_printf(path, "&shmsize=%lld", (long long)build->shm_size.v);
    if (opts && opts->memory)
        stk_buf_printf(path, "&memory=%lld&memswap=-1", (long long)opts->memory);
    for (size_t i = 0; i < build->extra_hosts.n; i++) {
        STK_CLEANUP(stk_charp) char *host = stk_strdup(build->extra_hosts.v[i]);
        char *equals = strchr(host, '=');
        if (equals)
            *equals = ':';
        add(path, "extrahosts", host);
    }
    add_json(path, "ulimits", ulimits_of(build));
}

char *stk_build_path(const struct stk_start_req *req, const char *dockerfile, const char *remote,
                     const char *tool)
{
    const struct stk_unit *unit = req->unit;
    const struct stk_build *build = unit->image.build;
    const struct stk_build_opts *opts = req->build_opts;
    struct stk_buf path;
    stk_buf_init(&path, 8 * STK_MIB);
    stk_buf_puts(&path, "/build?rm=1&forcerm=1");
    add(&path, "t", unit->name);
    for (size_t i = 0; i < build->tags.n; i++)
        add(&path, "t", build->tags.v[i]);
    add(&path, "remote", remote);
    add(&path, "dockerfile", dockerfile);
    add(&path, "target", build->target);
    add(&path, "networkmode", build->network);
    add(&path, "platform", build->platforms.n ? build->platforms.v[0] : unit->image.platform);
    add_flag(&path, "nocache", is_on(&build->no_cache) || (opts && opts->no_cache));
    add_flag(&path, "pull", is_on(&build->pull) || (opts && opts->pull));
    add_limits(&path, build, opts);
    add_json(&path, "buildargs", stk_build_args(build, opts));
    add_json(&path, "labels", stk_build_labels(unit, tool));
    add_json(&path, "cachefrom", stk_list_of(&build->cache_from));
    return stk_buf_take(&path);
}

/* ---- what it says ---- */

static void take_said(struct stk_building *b)
{
    struct stk_start_req *req = b->req;
    size_t n = b->said.size;
    while (n && (b->said.bytes[n - 1] == '\r' || b->said.bytes[n - 1] == '\n'))
        b->said.bytes[--n] = '\0';
    if (n && stk_starts(b->said.bytes, "Step ")) {
        free(b->step);
        b->step = stk_strdup(b->said.bytes);
    }
    if (n && req->output)
        req->output(req, b->said.bytes);
    stk_buf_reset(&b->said);
}

static void take_stream(struct stk_building *b, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (!stk_buf_add(&b->said, text, n)) /* a line without end is told in parts */
            take_said(b);
        text += n;
        if (*text == '\n') {
            take_said(b);
            text++;
        }
    }
}

static void take(void *data, const json_t *line)
{
    struct stk_building *b = data;
    const char *stream = stk_json_str(line, "stream");
    const char *id = stk_json_text(stk_json_get(line, "aux"), "ID");
    if (id) {
        free(b->id);
        b->id = stk_strdup(id);
    }
    if (stream)
        take_stream(b, stream);
    else
        stk_pull_tell(b->req, line);
}

static bool on_stream(struct stk_call *call, const char *bytes, size_t size)
{
    struct stk_building *b = call->data;
    return stk_json_lines_feed(&b->lines, bytes, size);
}

static size_t feed(struct stk_call *call, char *to, size_t room)
{
    struct stk_building *b = call->data;
    return stk_context_read(b->context, to, room);
}

/* ---- sending ---- */

/* What only BuildKit can do, or NULL. */
static const char *beyond(const struct stk_build *build)
{
    const struct {
        bool asked;
        const char *what;
    } rows[] = {
        { build->n_secrets, "secrets" },
        { build->ssh.n, "ssh" },
        { build->additional_contexts.n, "additional_contexts" },
        { build->cache_to.n, "cache_to" },
        { build->platforms.n > 1, "several platforms" },
        { is_on(&build->privileged), "privileged" },
        { build->entitlements.n, "entitlements" },
        { build->no_cache_filter.n, "no_cache_filter" },
        { build->provenance && !stk_streq(build->provenance, "false"), "provenance" },
        { build->sbom && !stk_streq(build->sbom, "false"), "sbom" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (rows[i].asked)
            return rows[i].what;
    return NULL;
}

static const char *asked_for(const struct stk_building *b)
{
    const struct stk_build_opts *opts = b->req->build_opts;
    const char *what = beyond(b->req->unit->image.build);
    if (what || !opts)
        return what;
    const struct {
        bool asked;
        const char *what;
    } rows[] = {
        { opts->builder, "--builder" },
        { opts->ssh.n, "--ssh" },
        { opts->check, "--check" },
        { opts->provenance && !stk_streq(opts->provenance, "false"), "--provenance" },
        { opts->sbom && !stk_streq(opts->sbom, "false"), "--sbom" },
    };
    for (size_t i = 0; i < STK_LEN(rows); i++)
        if (rows[i].asked)
            return rows[i].what;
    return NULL;
}

static int open_context(struct stk_building *b, const struct stk_build *build,
                        struct stk_error *reterr)
{
    struct stk_context_opts opts = { .folder = build->context,
                                     .dockerfile = build->dockerfile,
                                     .dockerfile_inline = build->dockerfile_inline };
    int code = stk_context_open(&opts, &b->context, reterr);
    if (code && reterr->code == STK_EBUILD)
        reterr->src = build->src;
    return code;
}

int stk_build_refuse(const struct stk_building *b, struct stk_error *reterr)
{
    const struct stk_build *build = b->req->unit->image.build;
    const char *what = asked_for(b);
    if (!what) /* only the Dockerfile looks like it: its own failure would say so */
        return 0;
    return stk_fail(reterr, STK_EBUILD, build->src,
                    "building with %s needs BuildKit, which the engine's own builder is not; "
                    "install docker buildx",
                    what);
}

static int check(const struct stk_build *build, bool remote, struct stk_error *reterr)
{
    if (remote && build->dockerfile_inline)
        return stk_fail(reterr, STK_EBUILD, build->src,
                        "dockerfile_inline needs a context that is a folder");
    return 0;
}

int stk_build_prepare(struct stk_building *b, struct stk_error *reterr)
{
    const struct stk_build *build = b->req->unit->image.build;
    bool remote = build->context[0] != '/';
    int code = check(build, remote, reterr);
    if (!code && !remote)
        code = open_context(b, build, reterr);
    b->beyond = asked_for(b);
    if (code || !b->context)
        return code;
    if (!b->beyond)
        b->beyond = stk_dockerfile_needs_buildkit(stk_context_text(b->context));
    b->arena = stk_arena_new();
    struct stk_kvs args = all_args(b->arena, build, b->req->build_opts);
    b->bases = stk_dockerfile_bases(stk_context_text(b->context), &args, b->arena);
    return 0;
}

bool stk_build_pulls(const struct stk_building *b)
{
    const struct stk_build_opts *opts = b->req->build_opts;
    return is_on(&b->req->unit->image.build->pull) || (opts && opts->pull);
}

void stk_build_send(struct stk_task *task, int step, struct stk_building *b)
{
    const struct stk_build *build = b->req->unit->image.build;
    STK_CLEANUP(stk_charp)
    char *path =
        stk_build_path(b->req, b->context ? stk_context_dockerfile(b->context) : build->dockerfile,
                       b->context ? NULL : build->context, task->docker->tool);
    STK_CLEANUP(stk_charp) char *logins = b->logins ? stk_login_text(b->logins) : NULL;
    b->lines.take = take;
    b->lines.data = b;
    stk_buf_init(&b->said, SAID_MAX);
    task->call.header = logins ? stk_printf("X-Registry-Config: %s", logins) : NULL;
    task->call.stream = on_stream;
    task->call.feed = b->context ? feed : NULL;
    task->call.data = b;
    task->call.wait_ms = CONTEXT_MS;
    json_object_del(task->docker->image_ids, b->req->unit->name);
    stk_task_go(task, step, "POST", NULL, "%s", path);
}

static int fail_step(const struct stk_building *b, const char *why, struct stk_error *reterr)
{
    const char *beyond =
        b->context ? stk_dockerfile_needs_buildkit(stk_context_text(b->context)) : NULL;
    STK_CLEANUP(stk_charp)
    char *hint =
        beyond ? stk_printf(" (%s needs BuildKit: install docker buildx)", beyond) : stk_strdup("");
    if (b->step)
        return stk_fail(reterr, STK_EBUILD, nowhere, "the build failed at '%s': %s%s", b->step, why,
                        hint);
    return stk_fail(reterr, STK_EBUILD, nowhere, "the build failed: %s%s", why, hint);
}

int stk_build_result(struct stk_building *b, struct stk_task *task, struct stk_error *reterr)
{
    const struct stk_error *err = &task->call.op.err;
    stk_json_lines_end(&b->lines);
    if (b->said.size)
        take_said(b);
    if (b->context && stk_context_error(b->context)->code) {
        stk_error_copy(reterr, stk_context_error(b->context));
        reterr->src = b->req->unit->image.build->src;
        return -(int)reterr->code;
    }
    if (b->lines.error)
        return fail_step(b, b->lines.error, reterr);
    if (b->lines.line.full)
        return fail_step(b, "the engine's answer has a line beyond all reason", reterr);
    if (!err->code)
        return b->id ? 0 : fail_step(b, "the engine's answer ended early", reterr);
    if (err->code == STK_ECANCELED || (err->code == STK_EENGINE && !task->call.lost))
        return stk_fail(reterr, err->code, nowhere, "%s", err->msg);
    return fail_step(b, err->msg, reterr);
}

void stk_build_clear(struct stk_building *b)
{
    stk_json_lines_clear(&b->lines);
    stk_context_close(b->context);
    json_decref(b->logins);
    stk_arena_free(b->arena);
    stk_buf_clear(&b->said);
    free(b->step);
    free(b->id);
    *b = (struct stk_building){ 0 };
}
