/* x-stackctl out of a label: what was written is read, what anybody else wrote there does no harm. */
#include "arena.h"
#include "own.h"
#include "test.h"

static struct stk_arena *arena;

static const struct stk_own *parsed(const char *text)
{
    stk_arena_free(arena);
    arena = stk_arena_new();
    return stk_own_parse(arena, text);
}

START_TEST(what_the_file_said_is_read)
{
    const struct stk_own *own =
        parsed("{\"accelerated\":false,\"kind\":\"service\",\"once\":true,\"ready\":{\"file\":\"/"
               "up\",\"http\":"
               "{\"path\":\"/"
               "x\",\"port\":8080,\"status\":204},\"log\":\"^a\",\"tcp\":\"5432\",\"timeout\":"
               "\"30s\"},\"settle\":\"1.5s\"}");
    ck_assert_str_eq(own->kind, "service");
    ck_assert(own->once.v && own->accelerated.set && !own->accelerated.v);
    ck_assert_int_eq(own->settle.v, 1500000000);
    ck_assert_str_eq(own->ready.file, "/up");
    ck_assert_str_eq(own->ready.http.path, "/x");
    ck_assert_int_eq(own->ready.http.port.v, 8080);
    ck_assert_int_eq(own->ready.http.status.v, 204);
    ck_assert_str_eq(own->ready.log, "^a");
    ck_assert_str_eq(own->ready.tcp, "5432");
    ck_assert_int_eq(own->ready.timeout.v, 30000000000);
}
END_TEST

START_TEST(nonsense_is_as_good_as_nothing)
{
    ck_assert_ptr_null(parsed(NULL));
    ck_assert_ptr_null(parsed("{"));
    ck_assert_ptr_null(parsed("[1]"));
    const struct stk_own *own =
        parsed("{\"kind\":1,\"once\":\"x\",\"settle\":\"-1s\",\"ready\":{\"http\":{\"path\":\"/\","
               "\"port\":0},\"timeout\":5}}");
    ck_assert(!own->kind && !own->once.set && !own->settle.set && own->ready.set);
    ck_assert(!own->ready.http.port.set && !own->ready.timeout.set);
    stk_arena_free(arena);
}
END_TEST

STK_TESTS("own", what_the_file_said_is_read, nonsense_is_as_good_as_nothing)
