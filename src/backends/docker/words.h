/* words.h — the engine's spellings, as pure functions: image references, the Status text of a
 * list, the depends_on label. */
#ifndef STK_DOCKER_WORDS_H
#define STK_DOCKER_WORDS_H

#include "arena.h"
#include "stackctl/status.h"

/* "nginx" → "docker.io/library/nginx:latest", as Docker completes it; a digest beats a tag.
 * What is no reference is returned as it is. malloc'd. */
char *stk_image_normal(const char *ref);
/* True for "sha256:…" and for what may be an ID or the beginning of one. */
bool stk_image_is_id(const char *ref);

/* "Up 5 seconds (healthy)", "Exited (137) 2 hours ago". */
void stk_status_text(const char *text, enum stk_health *ret_health, int *ret_exit_code);
enum stk_state stk_state_parse(const char *word); /* "running"; anything unknown: STK_DEAD */
enum stk_health stk_health_parse(const char *word);

/* "db:service_healthy:false,cache:service_started:true" */
void stk_depends_parse(struct stk_arena *arena, const char *label, struct stk_depend **ret,
                       size_t *ret_n);
const char *stk_until_word(enum stk_until until); /* "service_healthy" */

/* "shop-web-1" of "0123456789ab_shop-web-1", else NULL: how a replacement is called until the old
 * container is gone. */
const char *stk_replaced_name(const char *name);
/* 64 hexadecimal digits: what an engine calls a volume that nobody named. */
bool stk_volume_is_anonymous(const char *name);

#endif
