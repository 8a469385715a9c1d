/* schema.h — the tables of keys as a JSON Schema, for editors. */
#ifndef STK_SPEC_SCHEMA_H
#define STK_SPEC_SCHEMA_H

struct type;

/* The whole schema of a stack file, as text; malloc'd. */
char *schema_print(void);

/* What a value of the type may be: NULL when nobody has said so yet. The test of the tables asks. */
const char *schema_of_type(const struct type *type);

#endif
