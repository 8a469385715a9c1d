/* deliver.c — copies into a created container: the secrets and configs that are no files of the
 * host, or are to have another owner or mode than there. One request for all of them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive.h"
#include "buf.h"
#include "credentials.h"
#include "given.h"
#include "service.h"

#define COPIES_MAX (64 * STK_MIB)

static const struct stk_src nowhere;

static void put(struct stk_buf *out, struct stk_archived file)
{
    file.mtime = time(NULL);
    stk_archive_add(out, &file);
}

static int add(struct stk_buf *out, const struct stk_file_ref *ref, const char *what,
               struct stk_error *reterr)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf content;
    stk_buf_init(&content, COPIES_MAX);
    int code = stk_given_read(ref, what, &content, reterr);
    if (code)
        return code;
    put(out, (struct stk_archived){ .path = ref->path,
                                    .uid = stk_given_uid(ref),
                                    .gid = stk_given_gid(ref),
                                    .mode = stk_given_mode(ref),
                                    .bytes = content.bytes,
                                    .size = content.size });
    return 0;
}

static void add_credentials(struct service *s, struct stk_buf *out)
{
    bool hidden;
    STK_CLEANUP(stk_charp)
    char *text = stk_credentials(getenv("HOME"), getenv("DOCKER_CONFIG"), &hidden);
    if (hidden && s->req->warn)
        s->req->warn(s->req, "use_api_socket: logins that a credential helper keeps are not given "
                             "to the container");
    put(out, (struct stk_archived){
                 .path = STK_CREDENTIALS_PATH, .mode = 0444, .bytes = text, .size = strlen(text) });
}

static int archive(struct service *s, struct stk_buf *out, struct stk_error *reterr)
{
    const struct stk_service *service = s->unit->service;
    bool local = stk_docker_socket(s->task.docker) != NULL;
    for (size_t i = 0; i < stk_given_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_given_at(service, i, &what);
        int code = stk_given_is_mounted(service, ref, local) ? 0 : add(out, ref, what, reterr);
        if (code)
            return code;
    }
    if (service->use_api_socket.v)
        add_credentials(s, out);
    stk_archive_end(out);
    if (out->full)
        return stk_fail(reterr, STK_ECONFIG, nowhere,
                        "the secrets and configs of service '%s' are larger than %zu MiB",
                        service->name, COPIES_MAX / STK_MIB);
    return 0;
}

/* A read-only container takes no copies: it has the engine's socket without the logins. */
static bool has_copies(const struct stk_service *service, bool local)
{
    bool read_only = service->read_only.set && service->read_only.v;
    return stk_given_copies(service, local) || (service->use_api_socket.v && !read_only);
}

enum stk_delivery stk_deliver_send(struct service *s, struct stk_error *reterr)
{
    bool local = stk_docker_socket(s->task.docker) != NULL;
    if (!has_copies(s->unit->service, local))
        return STK_DELIVERY_NONE;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, COPIES_MAX);
    if (stk_given_check(s->unit, local, reterr) || archive(s, &out, reterr))
        return STK_DELIVERY_FAILED;
    s->task.call.tar_size = out.size;
    s->task.call.tar = stk_buf_take(&out);
    s->task.call.wait_ms = WORK_MS;
    /* Without copyUIDGID, which would give the files to the user of the container, the owners in
     * the stream hold. */
    stk_task_go(&s->task, DELIVER, "PUT", NULL, "/containers/%s/archive?path=/", s->id);
    return STK_DELIVERY_SENT;
}
