/* place.h — where in the user's file something that a backend refuses was asked for. */
#ifndef STK_PLACE_H
#define STK_PLACE_H

#include "stackctl/unit.h"

/* The published port of a service instance, or nowhere. */
struct stk_src stk_place_of_port(const struct stk_unit *unit, unsigned port);

#endif
