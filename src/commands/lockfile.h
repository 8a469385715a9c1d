/* lockfile.h — the file beside the stack file that says which digest each image has: compose.yaml has
 * compose.lock.json. */
#ifndef STK_LOCKFILE_H
#define STK_LOCKFILE_H

#include <jansson.h>

#include "command.h"

/* Where the file is; the command's arena's. */
const char *lockfile_path(struct cli *cli);
/* What it says: image → digest. Without a file *ret is NULL. 0, or the exit status after telling why it
 * cannot be read. */
int lockfile_read(struct cli *cli, json_t **ret);
/* Puts it in its place, whole or not at all; *images is image → digest. Likewise. */
int lockfile_write(struct cli *cli, const json_t *images);

#endif
