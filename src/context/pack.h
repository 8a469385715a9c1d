/* pack.h — one path of this machine as a tar archive, and an archive as files below a folder. Archives are
 * in files, so that their size does not matter. */
#ifndef STK_PACK_H
#define STK_PACK_H

#include "stackctl/error.h"

/* Writes the archive of path into fd. Its entries begin with name, "." for the contents of a folder. Links
 * stay links; follow: but path itself is what it leads to. Sockets are left out. */
int stk_pack(const char *path, const char *name, bool follow, int fd, struct stk_error *reterr);

/* Reads the archive at fd (from its present position) into folder; the first component of every entry
 * becomes name (NULL: stays). Nothing is written outside of folder, not through links either: an archive
 * that wants it is refused. owners: those of the archive, instead of ours. */
int stk_unpack(int fd, const char *folder, const char *name, bool owners, struct stk_error *reterr);

#endif
