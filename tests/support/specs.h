/* specs.h — specs made by hand, for the stages that need no file. Link the spec layer. */
#ifndef STK_TEST_SPECS_H
#define STK_TEST_SPECS_H

#include <stdint.h>

#include "arena.h"
#include "stackctl/spec.h"

/* A random acyclic stack: n services "s00000"…, every fifth named "s00004job" and waited for as completed;
 * each with up to three dependencies, 1 to 3 replicas, all three conditions. The same seed gives the same
 * stack. */
struct stk_spec *test_random_spec(unsigned seed, unsigned n);
/* n services in a chain: s00000 needs s00001 needs s00002 … */
struct stk_spec *test_chain_spec(unsigned n);

#endif
