/* archive.h — a stream of files as the engine takes them: tar. */
#ifndef STK_DOCKER_ARCHIVE_H
#define STK_DOCKER_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stk_buf;

struct stk_archived {
    const char *path; /* from the root, with or without a first / */
    unsigned uid, gid, mode;
    int64_t mtime; /* seconds since 1970 */
    const char *bytes;
    size_t size;
    bool folder;
    const char *link; /* where it leads, when it is one; or NULL */
};
/* Adds one file, folder or link. What does not fit makes out full. */
void stk_archive_add(struct stk_buf *out, const struct stk_archived *file);
/* The same in pieces: what comes before the size bytes, which the caller sends itself, and what after them. */
void stk_archive_head(struct stk_buf *out, const struct stk_archived *file);
void stk_archive_pad(struct stk_buf *out, size_t size);
/* The end of the stream, after the last file. */
void stk_archive_end(struct stk_buf *out);

#endif
