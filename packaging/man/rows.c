/* rows.c — prints the manual: the frame on standard input, with the commands, options and exit statuses
 * of the program's own tables, and the rules of lint, in the places that @COMMANDS@, @OPTIONS@, @STATUSES@
 * and @RULES@ hold. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

/* A sentence of a row as mdoc text: with a full stop, nothing in it taken for a macro. */
static void print_sentence(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (const char *p = text; *p; p++)
        fputs(*p == '\\' ? "\\e" : (char[]){ *p, '\0' }, stdout);
    size_t n = strlen(text);
    puts(n && strchr(".:", text[n - 1]) ? "" : ".");
}

static void print_lower(const char *text)
{
    for (; *text; text++)
        if (!strchr("[]", *text))
            putchar(tolower((unsigned char)*text));
}

/* "[SERVICE...]" as: Op Ar service ... */
static void print_args(const char *args)
{
    if (!*args)
        return;
    fputs(*args == '[' ? " Op Ar " : " Ar ", stdout);
    for (; *args; args++)
        if (strncmp(args, "...", 3) == 0) {
            fputs(" ...", stdout);
            args += 2;
        } else if (!strchr("[]", *args)) {
            putchar(tolower((unsigned char)*args));
        }
}

static void print_options(const struct option_row *rows)
{
    puts(".Bl -tag -width Ds");
    for (; rows->name; rows++) {
        if (!rows->help)
            continue;
        fputs(".It ", stdout);
        if (rows->letter)
            printf("Fl %c , ", rows->letter);
        printf("Fl Fl %s", rows->name);
        if (rows->value) {
            fputs(" Ar ", stdout);
            print_lower(rows->value);
        }
        putchar('\n');
        print_sentence(rows->help);
    }
    puts(".El");
}

static void print_commands(void)
{
    puts(".Bl -tag -width Ds");
    for (const struct command *const *c = stk_commands; *c; c++) {
        printf(".It Ic %s%s", (*c)->name, (*c)->options ? " Oo Ar option ... Oc" : "");
        print_args((*c)->args);
        putchar('\n');
        print_sentence((*c)->help);
        if ((*c)->options)
            print_options((*c)->options);
        if ((*c)->more)
            printf(".Bd -literal\n%s.Ed\n", (*c)->more);
    }
    puts(".El");
}

/* In the order of their numbers; codes that share one are told together. */
static void print_statuses(void)
{
    puts(".Bl -tag -width Ds");
    for (int status = 0; status < 256; status++) {
        bool told = false;
        for (int code = 0; code < STK_CODE_COUNT; code++) {
            const struct stk_code_info *info = stk_code_info((enum stk_code)code);
            if (info->exit_status != status)
                continue;
            if (!told)
                printf(".It %d\n", status);
            told = true;
            char sentence[256];
            snprintf(sentence, sizeof(sentence), "%s", info->meaning);
            sentence[0] = (char)toupper((unsigned char)sentence[0]);
            print_sentence(sentence);
        }
    }
    puts(".El");
}

static void print_rules(void)
{
    puts(".Bl -tag -width Ds");
    for (int i = 0; i < STK_RULE_COUNT; i++) {
        const struct stk_rule_info *rule = stk_rule_info((enum stk_rule)i);
        printf(".It Cm %s\n", rule->id);
        puts(rule->severity == STK_ERROR ? "Error:"
             : rule->lint_only           ? "Warning of lint:"
                                         : "Warning:");
        print_sentence(rule->help);
    }
    puts(".El");
}

int main(void)
{
    char line[1024];
    while (fgets(line, sizeof(line), stdin)) {
        if (strcmp(line, "@COMMANDS@\n") == 0)
            print_commands();
        else if (strcmp(line, "@OPTIONS@\n") == 0)
            print_options(stk_global_options);
        else if (strcmp(line, "@STATUSES@\n") == 0)
            print_statuses();
        else if (strcmp(line, "@RULES@\n") == 0)
            print_rules();
        else
            fputs(line, stdout);
    }
    return 0;
}
