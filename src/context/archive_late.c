/* archive_late.c — where the functions of libarchive are kept. */
#define STK_ARCHIVE_LATE_ITSELF
#include "archive_late.h"

struct stk_archive stk_archive;

void stk_archive_load(void)
{
    static const char *const names[] = { STK_ARCHIVE_LATE_FUNCTIONS(STK_LATE_NAME) };
    if (!stk_archive.archive_entry_copy_stat)
        stk_late_load(STK_ARCHIVE_LIBRARY, names, sizeof(names) / sizeof(*names), &stk_archive);
}
