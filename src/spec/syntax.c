/* syntax.c — syntax errors in plain words, at the place where a person would look. */
#include "syntax.h"

#include <string.h>

#include "arena.h"

static const struct {
    const char *problem, *says, *hint;
} problems[] = {
    { "mapping values are not allowed", "a mapping cannot begin here",
      "a value that holds ': ' needs quotes; keys of one mapping need the same indentation" },
    { "did not find expected key", "expected a key here",
      "keys of one mapping need the same indentation" },
    { "did not find expected '-' indicator", "expected a list item ('- ') here",
      "items of one list need the same indentation" },
    { "could not find expected ':'", "expected 'key: value' here",
      "a key needs a ':' and a space after it" },
    { "found unexpected end of stream", "the file ends inside a quoted value",
      "a closing quote is missing" },
    { "did not find expected ',' or ']'", "a list in [ ] is not closed",
      "items are separated by ','" },
    { "did not find expected ',' or '}'", "a mapping in { } is not closed",
      "pairs are separated by ','" },
    { "block sequence entries are not allowed", "a list item ('- ') cannot begin here",
      "put the list below its key, indented" },
    { "block mapping entries are not allowed", "a mapping cannot begin here", NULL },
    { "found undefined tag handle", "unknown tag", NULL },
    { "control characters are not allowed", "a control character", NULL },
    { "found unknown escape character", "unknown escape in a double-quoted value",
      "use single quotes when backslashes are meant as they are" },
    { "found character that cannot start any token", "a value cannot begin with this character",
      "put it in quotes" },
};

/* The character at a place of the source, or NUL. */
static char char_at(const struct source *source, struct stk_src src)
{
    const char *p = source_line(source, src.line), *end = source->text + source->size;
    if (!p)
        return '\0';
    for (unsigned col = 1; p < end && *p != '\n'; p++) {
        if ((*p & 0xc0) == 0x80)
            continue;
        if (col++ == src.col)
            return *p;
    }
    return '\0';
}

/* The first tab in the indentation of a line: its column, or 0. */
static unsigned tab_column(const struct source *source, unsigned line)
{
    const char *p = source_line(source, line);
    if (!p)
        return 0;
    size_t n = strspn(p, " ");
    return p[n] == '\t' ? (unsigned)n + 1 : 0;
}

void syntax_report(struct load *ld, const struct source *source, const yaml_parser_t *parser)
{
    struct stk_src src = { source->name, (unsigned)parser->problem_mark.line + 1,
                           (unsigned)parser->problem_mark.column + 1 };
    const char *problem = parser->problem ? parser->problem : "unreadable", *says = problem,
               *hint = NULL;
    for (size_t i = 0; i < STK_LEN(problems); i++)
        if (strstr(problem, problems[i].problem)) {
            says = problems[i].says;
            hint = problems[i].hint;
            break;
        }
    unsigned tab = tab_column(source, src.line);
    if (tab || char_at(source, src) == '\t') {
        src.col = tab ? tab : src.col;
        says = "a tab is used for indentation";
        hint = "YAML takes spaces only";
    }
    struct stk_src other = { 0 };
    if (parser->context && parser->context_mark.line + 1 != src.line && says != problem)
        other = (struct stk_src){ source->name, (unsigned)parser->context_mark.line + 1,
                                  (unsigned)parser->context_mark.column + 1 };
    struct stk_diag d = diag_between(ld, src, 1, other);
    d.rule = STK_RULE_SYNTAX;
    d.hint = hint;
    if (source->scope) /* what an include or extends reached by mistake may be nobody's business */
        d.line = d.other_line = NULL;
    stk_diags_add(ld->diags, &d, "%s", says);
}
