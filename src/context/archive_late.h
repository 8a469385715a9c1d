/* archive_late.h — libarchive, loaded when it is first needed (late.h). Call stk_archive_load before anything of it; its
 * functions have their own names then. */
#ifndef STK_ARCHIVE_LATE_H
#define STK_ARCHIVE_LATE_H

#include <archive.h>
#include <archive_entry.h>

#include "late.h"

#define STK_ARCHIVE_LATE_FUNCTIONS(X)                                                              \
    X(archive_entry_clear)                                                                         \
    X(archive_entry_copy_hardlink)                                                                 \
    X(archive_entry_copy_pathname)                                                                 \
    X(archive_entry_copy_stat)                                                                     \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_free)                                                                          \
    X(archive_entry_hardlink)                                                                      \
    X(archive_entry_new)                                                                           \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_set_gid)                                                                       \
    X(archive_entry_set_mtime)                                                                     \
    X(archive_entry_set_nlink)                                                                     \
    X(archive_entry_set_pathname)                                                                  \
    X(archive_entry_set_size)                                                                      \
    X(archive_entry_set_symlink)                                                                   \
    X(archive_entry_set_uid)                                                                       \
    X(archive_entry_size)                                                                          \
    X(archive_entry_sourcepath)                                                                    \
    X(archive_entry_unset_atime)                                                                   \
    X(archive_entry_unset_birthtime)                                                               \
    X(archive_entry_unset_ctime)                                                                   \
    X(archive_error_string)                                                                        \
    X(archive_read_data_block)                                                                     \
    X(archive_read_disk_descend)                                                                   \
    X(archive_read_disk_new)                                                                       \
    X(archive_read_disk_open)                                                                      \
    X(archive_read_disk_set_symlink_physical)                                                      \
    X(archive_read_free)                                                                           \
    X(archive_read_new)                                                                            \
    X(archive_read_next_header)                                                                    \
    X(archive_read_next_header2)                                                                   \
    X(archive_read_open_fd)                                                                        \
    X(archive_read_support_format_tar)                                                             \
    X(archive_write_close)                                                                         \
    X(archive_write_data)                                                                          \
    X(archive_write_data_block)                                                                    \
    X(archive_write_disk_new)                                                                      \
    X(archive_write_disk_set_options)                                                              \
    X(archive_write_finish_entry)                                                                  \
    X(archive_write_free)                                                                          \
    X(archive_write_header)                                                                        \
    X(archive_write_new)                                                                           \
    X(archive_write_open)                                                                          \
    X(archive_write_open_fd)                                                                       \
    X(archive_write_set_bytes_per_block)                                                           \
    X(archive_write_set_format_gnutar)                                                             \
    X(archive_write_set_format_pax_restricted)

struct stk_archive {
    STK_ARCHIVE_LATE_FUNCTIONS(STK_LATE_POINTER)
};
extern struct stk_archive stk_archive;

void stk_archive_load(void); /* idempotent */

#ifndef STK_ARCHIVE_LATE_ITSELF
#define archive_entry_clear                     stk_archive.archive_entry_clear
#define archive_entry_copy_hardlink             stk_archive.archive_entry_copy_hardlink
#define archive_entry_copy_pathname             stk_archive.archive_entry_copy_pathname
#define archive_entry_copy_stat                 stk_archive.archive_entry_copy_stat
#define archive_entry_filetype                  stk_archive.archive_entry_filetype
#define archive_entry_free                      stk_archive.archive_entry_free
#define archive_entry_hardlink                  stk_archive.archive_entry_hardlink
#define archive_entry_new                       stk_archive.archive_entry_new
#define archive_entry_pathname                  stk_archive.archive_entry_pathname
#define archive_entry_set_gid                   stk_archive.archive_entry_set_gid
#define archive_entry_set_mtime                 stk_archive.archive_entry_set_mtime
#define archive_entry_set_nlink                 stk_archive.archive_entry_set_nlink
#define archive_entry_set_pathname              stk_archive.archive_entry_set_pathname
#define archive_entry_set_size                  stk_archive.archive_entry_set_size
#define archive_entry_set_symlink               stk_archive.archive_entry_set_symlink
#define archive_entry_set_uid                   stk_archive.archive_entry_set_uid
#define archive_entry_size                      stk_archive.archive_entry_size
#define archive_entry_sourcepath                stk_archive.archive_entry_sourcepath
#define archive_entry_unset_atime               stk_archive.archive_entry_unset_atime
#define archive_entry_unset_birthtime           stk_archive.archive_entry_unset_birthtime
#define archive_entry_unset_ctime               stk_archive.archive_entry_unset_ctime
#define archive_error_string                    stk_archive.archive_error_string
#define archive_read_data_block                 stk_archive.archive_read_data_block
#define archive_read_disk_descend               stk_archive.archive_read_disk_descend
#define archive_read_disk_new                   stk_archive.archive_read_disk_new
#define archive_read_disk_open                  stk_archive.archive_read_disk_open
#define archive_read_disk_set_symlink_physical  stk_archive.archive_read_disk_set_symlink_physical
#define archive_read_free                       stk_archive.archive_read_free
#define archive_read_new                        stk_archive.archive_read_new
#define archive_read_next_header                stk_archive.archive_read_next_header
#define archive_read_next_header2               stk_archive.archive_read_next_header2
#define archive_read_open_fd                    stk_archive.archive_read_open_fd
#define archive_read_support_format_tar         stk_archive.archive_read_support_format_tar
#define archive_write_close                     stk_archive.archive_write_close
#define archive_write_data                      stk_archive.archive_write_data
#define archive_write_data_block                stk_archive.archive_write_data_block
#define archive_write_disk_new                  stk_archive.archive_write_disk_new
#define archive_write_disk_set_options          stk_archive.archive_write_disk_set_options
#define archive_write_finish_entry              stk_archive.archive_write_finish_entry
#define archive_write_free                      stk_archive.archive_write_free
#define archive_write_header                    stk_archive.archive_write_header
#define archive_write_new                       stk_archive.archive_write_new
#define archive_write_open                      stk_archive.archive_write_open
#define archive_write_open_fd                   stk_archive.archive_write_open_fd
#define archive_write_set_bytes_per_block       stk_archive.archive_write_set_bytes_per_block
#define archive_write_set_format_gnutar         stk_archive.archive_write_set_format_gnutar
#define archive_write_set_format_pax_restricted stk_archive.archive_write_set_format_pax_restricted
#endif

#endif
