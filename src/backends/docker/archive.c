/* archive.c — writes tar streams: POSIX headers, and GNU's way of telling a name that is too long
 * for one. */
#include "archive.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"

enum { BLOCK = 512, NAME_MAX_ = 100 };

/* Where each field begins, and its size. */
static const struct field {
    unsigned at, size;
} mode = { 100, 8 }, uid = { 108, 8 }, gid = { 116, 8 }, size = { 124, 12 }, mtime = { 136, 12 },
  checksum = { 148, 8 };
enum { TYPE = 156, LINK = 157, MAGIC = 257 };

/* Octal digits; a number too large for them is told in base 256, as GNU does. */
static void put(unsigned char *block, struct field field, uint64_t value)
{
    uint64_t most = (uint64_t)1 << (3 * (field.size - 1));
    if (value < most) {
        char text[32];
        snprintf(text, sizeof(text), "%0*llo", (int)field.size - 1, (unsigned long long)value);
        memcpy(block + field.at, text, field.size);
        return;
    }
    for (unsigned i = field.size; i-- > 1; value >>= 8)
        block[field.at + i] = (unsigned char)(value & 0xff);
    block[field.at] = 0x80;
}

static void seal(unsigned char *block)
{
    char text[8];
    unsigned sum = 0;
    memset(block + checksum.at, ' ', checksum.size);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += block[i];
    snprintf(text, sizeof(text), "%06o", sum & 0777777);
    memcpy(block + checksum.at, text, sizeof(text) - 1);
}

static void add_header(struct stk_buf *out, const char *path, char type,
                       const struct stk_archived *file, size_t n)
{
    unsigned char block[BLOCK] = { 0 };
    size_t length = strlen(path);
    memcpy(block, path, length < NAME_MAX_ ? length : NAME_MAX_);
    put(block, mode, file->mode);
    put(block, uid, file->uid);
    put(block, gid, file->gid);
    put(block, size, n);
    put(block, mtime, file->mtime > 0 ? (uint64_t)file->mtime : 0);
    block[TYPE] = (unsigned char)type;
    if (file->link) {
        size_t n_link = strlen(file->link);
        memcpy(block + LINK, file->link, n_link < NAME_MAX_ ? n_link : NAME_MAX_);
    }
    memcpy(block + MAGIC, "ustar  ", 8);
    seal(block);
    stk_buf_add(out, block, sizeof(block));
}

void stk_archive_pad(struct stk_buf *out, size_t n)
{
    static const char zeroes[BLOCK];
    stk_buf_add(out, zeroes, (BLOCK - n % BLOCK) % BLOCK);
}

static void add_bytes(struct stk_buf *out, const char *bytes, size_t n)
{
    if (n)
        stk_buf_add(out, bytes, n);
    stk_archive_pad(out, n);
}

/* A name that is too long for a header comes before it. */
static void add_long(struct stk_buf *out, const char *name, char type)
{
    size_t length = name ? strlen(name) : 0;
    if (length <= NAME_MAX_)
        return;
    struct stk_archived head = { .mode = 0644 };
    add_header(out, "././@LongLink", type, &head, length + 1);
    add_bytes(out, name, length + 1);
}

void stk_archive_head(struct stk_buf *out, const struct stk_archived *file)
{
    const char *path = file->path;
    while (*path == '/')
        path++;
    add_long(out, file->link, 'K');
    add_long(out, path, 'L');
    add_header(out, path, file->folder ? '5' : file->link ? '2' : '0', file, file->size);
}

void stk_archive_add(struct stk_buf *out, const struct stk_archived *file)
{
    stk_archive_head(out, file);
    add_bytes(out, file->bytes, file->size);
}

void stk_archive_end(struct stk_buf *out)
{
    static const char zeroes[2 * BLOCK];
    stk_buf_add(out, zeroes, sizeof(zeroes));
}
