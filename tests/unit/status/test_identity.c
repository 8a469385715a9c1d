/* What labels keep of secrets, and that it is still known for the same. */
#include "identity.h"
#include "arena.h"
#include "test.h"

#define SUM   "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
#define OTHER "6b3a55e0261b0304143f805a24924d0c1c44524821305f31d9277843b8a10f4e"

static const char *const plain = "{\"cpus\":0.5,\"image\":\"a\",\"secrets\":[{\"sha256\":\"" SUM
                                 "\",\"source\":\"key\",\"target\":\"/k\"}]}";

/* The form that a status with that label has for a unit with that form. */
static const char *unsealed(const char *label, const char *config)
{
    static char kept[1000];
    struct stk_arena *arena = stk_arena_new();
    struct stk_status status = { .ref = { STK_SERVICE, "web", 1, "id" }, .config = label };
    struct stk_seen seen = { .v = &status, .n = 1, .arena = arena };
    struct stk_unit unit = { .ref = { STK_SERVICE, "web", 1, NULL }, .config = config };
    const struct stk_unit *units[] = { &unit };
    stk_identity_unseal(&seen, units, 1);
    ck_assert_uint_lt(strlen(status.config), sizeof(kept));
    strcpy(kept, status.config);
    stk_arena_free(arena);
    return kept;
}

START_TEST(a_label_does_not_have_the_sum)
{
    char *label = stk_identity_seal(plain);
    ck_assert_ptr_null(strstr(label, SUM));
    ck_assert_ptr_null(strstr(label, "sha256"));
    ck_assert_ptr_nonnull(strstr(label, "\"scrypt\":\"1:"));
    free(label);
}
END_TEST

START_TEST(what_did_not_change_is_the_same)
{
    char *label = stk_identity_seal(plain);
    ck_assert_str_eq(unsealed(label, plain), plain);
    free(label);
}
END_TEST

START_TEST(what_changed_is_not)
{
    char *label = stk_identity_seal(plain);
    char *now = stk_strdup(plain);
    memcpy(strstr(now, SUM), OTHER, strlen(OTHER));
    ck_assert_ptr_nonnull(strstr(unsealed(label, now), "\"sha256\":\"changed\""));
    ck_assert_ptr_nonnull(strstr(unsealed(label, "{}"), "\"sha256\":\"changed\""));
    free(now);
    free(label);
}
END_TEST

START_TEST(labels_of_before_and_nonsense_are_left_alone)
{
    static const char *const labels[] = { "{\"secrets\":[{\"sha256\":\"" SUM "\"}]}", "\"scrypt\"",
                                          "[\"scrypt\"]", "{}" };
    for (size_t i = 0; i < STK_LEN(labels); i++)
        ck_assert_str_eq(unsealed(labels[i], plain), labels[i]);
    char *same = stk_identity_seal("no json");
    ck_assert_str_eq(same, "no json");
    free(same);
}
END_TEST

STK_TESTS("identity", a_label_does_not_have_the_sum, what_did_not_change_is_the_same,
          what_changed_is_not, labels_of_before_and_nonsense_are_left_alone)
