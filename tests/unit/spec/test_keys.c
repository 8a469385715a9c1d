/* The tables of keys are honest: every name once, with help. */
#include "keys.h"
#include "test.h"

static const struct table *const tables[] = { &top_table,        &service_table, &network_table,
                                              &volume_table,     &port_table,    &mount_table,
                                              &attachment_table, &depend_table };

static void check_table(const struct table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct key *key = &table->keys[i];
        ck_assert_msg(key->help && *key->help, "'%s' has no help", key->name);
        for (size_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(key->name, table->keys[k].name) != 0, "'%s' is there twice",
                          key->name);
        if (key->sub)
            check_table(key->sub);
    }
}

START_TEST(every_name_stands_once_in_its_table)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        check_table(tables[i]);
}
END_TEST

STK_TESTS("keys", every_name_stands_once_in_its_table)
