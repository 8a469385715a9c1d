/* What the rows of commands and options promise as tables. (The manual is printed from them: tests/lint.) */
#include "command.h"
#include "test.h"

START_TEST(every_command_has_its_help_and_every_option_one_meaning)
{
    for (const struct command *const *c = stk_commands; *c; c++) {
        ck_assert_ptr_nonnull((*c)->help);
        for (const struct option_row *a = (*c)->options; a && a->name; a++)
            for (const struct option_row *b = a + 1; b->name; b++) {
                ck_assert_str_ne(a->name, b->name);
                ck_assert_msg(!a->letter || a->letter != b->letter, "%s: -%c twice", (*c)->name,
                              a->letter);
            }
    }
}
END_TEST

START_TEST(every_option_with_a_value_names_it)
{
    for (const struct command *const *c = stk_commands; *c; c++)
        for (const struct option_row *row = (*c)->options; row && row->name; row++) {
            bool flag = row->type == OPT_FLAG || row->type == OPT_NO_FLAG;
            ck_assert_msg(flag == !row->value, "%s --%s", (*c)->name, row->name);
        }
}
END_TEST

STK_TESTS("rows", every_command_has_its_help_and_every_option_one_meaning,
          every_option_with_a_value_names_it)
