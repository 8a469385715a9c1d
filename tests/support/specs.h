/* specs.h — specs made by hand, for the stages that need no file. Link the spec layer. */
#ifndef STK_TEST_SPECS_H
#define STK_TEST_SPECS_H

#include <stdint.h>

#include "arena.h"
#include "stackctl/spec.h"

/* A random acyclic stack: n services "s000"…, each with up to three dependencies on earlier-named ones in
 * a random direction of names, 1–3 replicas, all three conditions. The same seed gives the same stack. */
struct stk_spec *test_random_spec(unsigned seed, unsigned n);
/* n services in a chain: s000 needs s001 needs s002 … */
struct stk_spec *test_chain_spec(unsigned n);

#endif
