/* syntax.h — what is wrong with a text that is no YAML. Private to document.c. */
#ifndef STK_SPEC_SYNTAX_H
#define STK_SPEC_SYNTAX_H

#include <yaml.h>

#include "load.h"

/* Reports what the parser stopped at, in plain words. */
void syntax_report(struct load *ld, const struct source *source, const yaml_parser_t *parser);

#endif
