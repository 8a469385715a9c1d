/* labels.h — the labels everything of a project carries: Docker Compose's, so that both tools
 * and every script find the same things, and our own. */
#ifndef STK_DOCKER_LABELS_H
#define STK_DOCKER_LABELS_H

#include <jansson.h>

#include "stackctl/unit.h"

#define STK_L              "com.docker.compose."
#define STK_LABEL_PROJECT  STK_L "project"
#define STK_LABEL_SERVICE  STK_L "service"
#define STK_LABEL_NUMBER   STK_L "container-number"
#define STK_LABEL_ONEOFF   STK_L "oneoff"
#define STK_LABEL_SLUG     STK_L "slug"
#define STK_LABEL_HASH     STK_L "config-hash"
#define STK_LABEL_IMAGE    STK_L "image"
#define STK_LABEL_DEPENDS  STK_L "depends_on"
#define STK_LABEL_DIR      STK_L "project.working_dir"
#define STK_LABEL_FILES    STK_L "project.config_files"
#define STK_LABEL_ENV_FILE STK_L "project.environment_file"
#define STK_LABEL_VERSION  STK_L "version"
#define STK_LABEL_NETWORK  STK_L "network"
#define STK_LABEL_VOLUME   STK_L "volume"
#define STK_LABEL_REPLACE  STK_L "replace"
#define STK_LABEL_CONFIG   "io.stackctl.config"
#define STK_LABEL_OWN                                                                              \
    "io.stackctl.own" /* x-stackctl of the service, beside what Docker Compose knows */

/* The file's own labels and ours for the unit; a new object. tool is the version of this
 * program. */
json_t *stk_labels(const struct stk_unit *unit, const char *tool);

#endif
