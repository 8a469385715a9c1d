/* fake_create.h — a container, network or volume made from its unit. */
#ifndef STK_FAKE_CREATE_H
#define STK_FAKE_CREATE_H

struct fake_engine;
struct fake_unit;
struct stk_error;
struct stk_unit;

/* old: the container to take anonymous volumes from, or NULL. */
int fake_create(struct fake_engine *e, const struct stk_unit *unit, const struct fake_unit *old,
                const char *name, struct fake_unit **ret, struct stk_error *reterr);
void fake_create_network(struct fake_engine *e, const struct stk_unit *unit);
void fake_create_volume(struct fake_engine *e, const struct stk_unit *unit);

#endif
