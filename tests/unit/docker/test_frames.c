/* test_frames.c — the demultiplexer and the assembly of lines, fed in pieces of every size. */
#include "test.h"

#include <stdio.h>

#include "frames.h"
#include "lines.h"

static char out[4096];

static void note_frame(struct stk_frames *frames, bool is_stderr, const char *bytes, size_t size)
{
    (void)frames;
    size_t n = strlen(out);
    snprintf(out + n, sizeof(out) - n, "%c:%.*s|", is_stderr ? 'E' : 'O', (int)size, bytes);
}

static const char two[] =
    "\1\0\0\0\0\0\0\6hello\n\2\0\0\0\0\0\0\5oops\n\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1x";
#define TWO_SIZE (sizeof(two) - 1)

START_TEST(frames_come_out_the_same_however_they_are_split)
{
    for (size_t cut = 0; cut <= TWO_SIZE; cut++) {
        struct stk_frames frames = { .frame = note_frame };
        stk_frames_init(&frames);
        out[0] = '\0';
        ck_assert(stk_frames_feed(&frames, two, cut));
        ck_assert(stk_frames_feed(&frames, two + cut, TWO_SIZE - cut));
        ck_assert_str_eq(out, "O:hello\n|E:oops\n|O:x|");
        ck_assert(stk_frames_whole(&frames));
        stk_frames_clear(&frames);
    }
}
END_TEST

START_TEST(frames_may_come_byte_by_byte)
{
    struct stk_frames frames = { .frame = note_frame };
    stk_frames_init(&frames);
    out[0] = '\0';
    for (size_t i = 0; i < TWO_SIZE; i++)
        ck_assert(stk_frames_feed(&frames, two + i, 1));
    ck_assert_str_eq(out, "O:hello\n|E:oops\n|O:x|");
    stk_frames_clear(&frames);
}
END_TEST

START_TEST(a_header_that_is_none_is_refused)
{
    static const char *const bad[] = { "\11\0\0\0\0\0\0\1", "\1\1\0\0\0\0\0\1", "\1\0\0\1\0\0\0\1",
                                       "\1\0\0\0\377\377\377\377", "\1\0\0\0\0\40\0\1" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct stk_frames frames = { .frame = note_frame };
        stk_frames_init(&frames);
        ck_assert_msg(!stk_frames_feed(&frames, bad[i], 8), "%zu", i);
        stk_frames_clear(&frames);
    }
}
END_TEST

START_TEST(a_frame_cut_off_is_noticed)
{
    struct stk_frames frames = { .frame = note_frame };
    stk_frames_init(&frames);
    out[0] = '\0';
    ck_assert(stk_frames_feed(&frames, two, 10));
    ck_assert(!stk_frames_whole(&frames));
    ck_assert_str_eq(out, "");
    stk_frames_clear(&frames);
}
END_TEST

static void note_line(void *data, bool is_stderr, const char *timestamp, const char *bytes,
                      size_t size)
{
    (void)data;
    size_t n = strlen(out);
    const char *fraction = strchr(timestamp, '.');
    snprintf(out + n, sizeof(out) - n, "%c%s:%.*s|", is_stderr ? 'E' : 'O',
             fraction ? fraction + 9 : "", (int)(size < 20 ? size : 20), bytes);
}

#define T(n) "2024-01-02T03:04:05.00000000" #n "Z "

static void add(struct stk_lines *lines, bool is_stderr, const char *text)
{
    stk_lines_add(lines, is_stderr, text, strlen(text));
}

START_TEST(the_time_is_split_off_each_message)
{
    struct stk_lines lines = { .line = note_line };
    stk_lines_init(&lines);
    out[0] = '\0';
    add(&lines, false, T(1) "one\n");
    add(&lines, true, T(2) "two\n");
    add(&lines, false, "no time\n");
    add(&lines, false, T(3));
    add(&lines, false, T(4) "end");
    stk_lines_flush(&lines);
    ck_assert_str_eq(out, "O1Z:one\n|E2Z:two\n|O:no time\n|O4Z:end|");
    stk_lines_clear(&lines);
}
END_TEST

START_TEST(pieces_of_a_long_line_are_put_together)
{
    struct stk_lines lines = { .line = note_line };
    stk_lines_init(&lines);
    out[0] = '\0';
    add(&lines, false, T(1) "ab");
    add(&lines, true, T(2) "other\n");
    add(&lines, false, T(1) "cd\n");
    ck_assert_str_eq(out, "E2Z:other\n|O1Z:abcd\n|");
    stk_lines_clear(&lines);
}
END_TEST

START_TEST(a_run_that_ended_without_a_line_end_does_not_join_the_next)
{
    struct stk_lines lines = { .line = note_line };
    stk_lines_init(&lines);
    out[0] = '\0';
    add(&lines, false, T(1) "noend");
    add(&lines, false, T(2) "hello\n");
    ck_assert_str_eq(out, "O1Z:noend\n|O2Z:hello\n|");
    stk_lines_clear(&lines);
}
END_TEST

START_TEST(without_times_only_a_full_piece_goes_on)
{
    static char full[STK_MESSAGE_FULL + 1];
    struct stk_lines lines = { .line = note_line };
    stk_lines_init(&lines);
    lines.untimed = true;
    memset(full, 'x', STK_MESSAGE_FULL);
    out[0] = '\0';
    add(&lines, false, T(1) "is text\n");
    add(&lines, false, "noend");
    add(&lines, true, "other\n");
    add(&lines, false, "hello\n");
    add(&lines, false, full);
    add(&lines, false, "rest\n");
    add(&lines, false, "last");
    stk_lines_flush(&lines);
    ck_assert_str_eq(out, "O:2024-01-02T03:04:05.|E:other\n|O:noend\n|O:hello\n|"
                          "O:xxxxxxxxxxxxxxxxxxxx|O:last|");
    stk_lines_clear(&lines);
}
END_TEST

START_TEST(a_resumed_stream_neither_repeats_nor_loses)
{
    struct stk_lines lines = { .line = note_line };
    stk_lines_init(&lines);
    out[0] = '\0';
    add(&lines, false, T(1) "a\n");
    add(&lines, false, T(2) "b\n");
    add(&lines, false, T(2) "c\n");
    stk_lines_resume(&lines); /* the engine gives everything from that time on again */
    add(&lines, false, T(2) "b\n");
    add(&lines, false, T(2) "c\n");
    add(&lines, false, T(2) "d\n");
    add(&lines, false, T(3) "e\n");
    stk_lines_resume(&lines);
    add(&lines, false, T(3) "e\n");
    add(&lines, false, T(4) "f\n");
    ck_assert_str_eq(out, "O1Z:a\n|O2Z:b\n|O2Z:c\n|O2Z:d\n|O3Z:e\n|O4Z:f\n|");
    stk_lines_clear(&lines);
}
END_TEST

static size_t parts, total;
static void count_part(void *data, bool is_stderr, const char *timestamp, const char *bytes,
                       size_t size)
{
    (void)data, (void)is_stderr, (void)timestamp, (void)bytes;
    ck_assert_uint_le(size, STK_LINE_PART);
    parts++;
    total += size;
}

START_TEST(a_huge_line_comes_in_parts)
{
    struct stk_lines lines = { .line = count_part };
    static char big[16384];
    memset(big, 'x', sizeof(big));
    memcpy(big, T(1), strlen(T(1)));
    stk_lines_init(&lines);
    parts = total = 0;
    for (int i = 0; i < 100; i++)
        stk_lines_add(&lines, false, big, sizeof(big));
    stk_lines_flush(&lines);
    ck_assert_uint_eq(total, 100 * (sizeof(big) - strlen(T(1))));
    ck_assert_uint_eq(parts, total / STK_LINE_PART + 1);
    stk_lines_clear(&lines);
}
END_TEST

STK_TESTS("frames", frames_come_out_the_same_however_they_are_split, frames_may_come_byte_by_byte,
          a_header_that_is_none_is_refused, a_frame_cut_off_is_noticed,
          the_time_is_split_off_each_message, pieces_of_a_long_line_are_put_together,
          a_run_that_ended_without_a_line_end_does_not_join_the_next,
          without_times_only_a_full_piece_goes_on, a_resumed_stream_neither_repeats_nor_loses,
          a_huge_line_comes_in_parts)
