/* deliver.c — copies into a created container: the secrets and configs that are no files of the
 * host, or are to have another owner or mode than there. One request for all of them. */
#include <time.h>

#include "archive.h"
#include "buf.h"
#include "files.h"
#include "service.h"

#define COPIES_MAX (64 * STK_MIB)

static const struct stk_src nowhere;

static int add(struct stk_buf *out, const struct stk_file_ref *ref, const char *what,
               struct stk_error *reterr)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf content;
    stk_buf_init(&content, COPIES_MAX);
    int code = stk_file_read(ref, what, &content, reterr);
    if (code)
        return code;
    stk_archive_add(out, &(struct stk_archived){ .path = ref->path,
                                                 .uid = stk_file_uid(ref),
                                                 .gid = stk_file_gid(ref),
                                                 .mode = stk_file_mode(ref),
                                                 .mtime = time(NULL),
                                                 .bytes = content.bytes,
                                                 .size = content.size });
    return 0;
}

static int archive(const struct stk_service *service, struct stk_buf *out, struct stk_error *reterr)
{
    for (size_t i = 0; i < stk_files_count(service); i++) {
        const char *what;
        const struct stk_file_ref *ref = stk_files_at(service, i, &what);
        int code = stk_file_is_mounted(service, ref) ? 0 : add(out, ref, what, reterr);
        if (code)
            return code;
    }
    stk_archive_end(out);
    if (out->full)
        return stk_fail(reterr, STK_ECONFIG, nowhere,
                        "the secrets and configs of service '%s' are larger than %zu MiB",
                        service->name, COPIES_MAX / STK_MIB);
    return 0;
}

enum stk_delivery stk_deliver_send(struct service *s, struct stk_error *reterr)
{
    if (!stk_files_are_copied(s->unit->service))
        return STK_DELIVERY_NONE;
    STK_CLEANUP(stk_buf_clearp) struct stk_buf out;
    stk_buf_init(&out, COPIES_MAX);
    if (stk_files_check(s->unit, false, reterr) || archive(s->unit->service, &out, reterr))
        return STK_DELIVERY_FAILED;
    s->task.call.tar_size = out.size;
    s->task.call.tar = stk_buf_take(&out);
    s->task.call.wait_ms = WORK_MS;
    /* Without copyUIDGID, which would give the files to the user of the container, the owners in
     * the stream hold. */
    stk_task_go(&s->task, DELIVER, "PUT", NULL, "/containers/%s/archive?path=/", s->id);
    return STK_DELIVERY_SENT;
}
