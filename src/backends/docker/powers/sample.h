/* sample.h — from one of the engine's readings to numbers that mean something. Pure. */
#ifndef STK_SAMPLE_H
#define STK_SAMPLE_H

#include <jansson.h>

#include "stackctl/docker/stats.h"

struct stk_sample stk_sample_read(const json_t *stats);

#endif
