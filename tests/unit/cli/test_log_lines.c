/* Chunks of many become whole lines, dressed as asked for. */
#include <signal.h>
#include <sys/wait.h>

#include "buf.h"
#include "capture.h"
#include "log_lines.h"
#include "loop.h"
#include "test.h"

static struct log_look look;

static struct log_printer *open_printer(void)
{
    look.to[0].fd = capture_open();
    look.to[1].fd = capture_open();
    return log_printer_open(&look);
}

static void say(struct log_source *source, bool is_stderr, const char *text)
{
    struct stk_log_chunk chunk = { is_stderr, "2026-01-31T12:00:00.000000001Z", text,
                                   strlen(text) };
    log_source_chunk(source, &chunk);
}

/* Ends the printer and compares what it wrote to both. */
static void assert_wrote(struct log_printer *printer, const char *out, const char *err)
{
    log_printer_free(printer);
    char *to_out = capture_take(look.to[0].fd), *to_err = capture_take(look.to[1].fd);
    ck_assert_str_eq(to_out, out);
    ck_assert_str_eq(to_err, err);
    free(to_out);
    free(to_err);
}

START_TEST(lines_have_the_padded_name_before_them)
{
    struct log_printer *printer = open_printer();
    struct log_source *web = log_source_new(printer, "web-1", "web");
    struct log_source *worker = log_source_new(printer, "worker-1", "worker");
    say(web, false, "one\n");
    say(worker, false, "two\nthree\n");
    assert_wrote(printer, "web-1     | one\nworker-1  | two\nworker-1  | three\n", "");
}
END_TEST

START_TEST(standard_output_and_error_are_kept_apart)
{
    struct log_printer *printer = open_printer();
    struct log_source *web = log_source_new(printer, "web-1", "web");
    say(web, false, "to out\n");
    say(web, true, "to err\n");
    assert_wrote(printer, "web-1  | to out\n", "web-1  | to err\n");
}
END_TEST

START_TEST(one_file_for_both_keeps_the_order)
{
    look.to[0].fd = capture_open();
    look.to[1].fd = dup(look.to[0].fd);
    struct log_printer *printer = log_printer_open(&look);
    struct log_source *web = log_source_new(printer, "web-1", "web");
    say(web, false, "1\n");
    say(web, true, "2\n");
    say(web, false, "3\n");
    log_printer_free(printer);
    close(look.to[1].fd);
    char *text = capture_take(look.to[0].fd);
    ck_assert_str_eq(text, "web-1  | 1\nweb-1  | 2\nweb-1  | 3\n");
    free(text);
}
END_TEST

START_TEST(parts_of_a_line_are_put_together_whoever_else_speaks)
{
    struct log_printer *printer = open_printer();
    struct log_source *a = log_source_new(printer, "a", "a"),
                      *b = log_source_new(printer, "b", "b");
    say(a, false, "hel");
    say(b, false, "other\n");
    say(a, true, "err\n");
    say(a, false, "lo\nwor");
    say(a, false, "ld\n");
    assert_wrote(printer, "b  | other\na  | hello\na  | world\n", "a  | err\n");
}
END_TEST

START_TEST(a_last_line_without_end_gets_one)
{
    struct log_printer *printer = open_printer();
    struct log_source *a = log_source_new(printer, "a", "a");
    say(a, false, "no end");
    log_source_note(a, "exited with code %d", 3);
    say(a, false, "again");
    assert_wrote(printer, "a  | no end\na exited with code 3\na  | again\n", "");
}
END_TEST

START_TEST(timestamps_come_first_and_once_a_line)
{
    look.timestamps = true;
    struct log_printer *printer = open_printer();
    struct log_source *a = log_source_new(printer, "a", "a");
    say(a, false, "x");
    say(a, false, "y\n");
    assert_wrote(printer, "a  | 2026-01-31T12:00:00.000000001Z xy\n", "");
}
END_TEST

START_TEST(without_prefix_only_the_line_is_written)
{
    look.no_prefix = true;
    struct log_printer *printer = open_printer();
    say(log_source_new(printer, "a", "a"), false, "just this\n\n");
    assert_wrote(printer, "just this\n\n", "");
}
END_TEST

START_TEST(a_service_keeps_its_colour)
{
    look.to[0].colour = true;
    struct log_printer *printer = open_printer();
    say(log_source_new(printer, "web-1", "web"), false, "x\n");
    say(log_source_new(printer, "web-2", "web"), false, "y\n");
    assert_wrote(printer, "\033[35;1mweb-1  | \033[0mx\n\033[35;1mweb-2  | \033[0my\n", "");
}
END_TEST

START_TEST(a_terminal_gets_colours_but_no_other_control_characters)
{
    look.to[0].terminal = true;
    look.no_prefix = true;
    struct log_printer *printer = open_printer();
    say(log_source_new(printer, "a", "a"), false, "\033[31mred\033[0m\t\033]0;title\a\033[2J\r\n");
    assert_wrote(printer, "\033[31mred\033[0m\t\\x1b]0;title\\x07\\x1b[2J\033[0m\n", "");
}
END_TEST

START_TEST(a_file_gets_the_bytes_as_they_are)
{
    look.no_prefix = true;
    struct log_printer *printer = open_printer();
    say(log_source_new(printer, "a", "a"), false, "\033[2J\001\xff\r\n");
    assert_wrote(printer, "\033[2J\001\xff\r\n", "");
}
END_TEST

/* Gives n times c as one chunk. */
static void say_long(struct log_source *source, char c, size_t n, const char *end)
{
    char *text = stk_alloc(n + strlen(end) + 1);
    memset(text, c, n);
    strcpy(text + n, end);
    say(source, false, text);
    free(text);
}

static void add_long(struct stk_buf *out, const char *prefix, char c, size_t n)
{
    stk_buf_puts(out, prefix);
    for (size_t i = 0; i < n; i++)
        stk_buf_putc(out, c);
    stk_buf_putc(out, '\n');
}

START_TEST(a_line_of_any_length_is_not_torn)
{
    struct log_printer *printer = open_printer();
    struct log_source *a = log_source_new(printer, "a", "a"),
                      *b = log_source_new(printer, "b", "b");
    struct stk_buf wanted;
    stk_buf_init(&wanted, STK_MIB);
    say_long(a, 'x', 150000, "");
    say(b, false, "meanwhile\n");
    say_long(a, 'x', 50000, "\n");
    add_long(&wanted, "a  | ", 'x', 200000);
    stk_buf_puts(&wanted, "b  | meanwhile\n");
    assert_wrote(printer, wanted.bytes, "");
    stk_buf_clear(&wanted);
}
END_TEST

START_TEST(a_line_that_never_ends_does_not_silence_the_others)
{
    struct log_printer *printer = open_printer();
    struct log_source *a = log_source_new(printer, "a", "a"),
                      *b = log_source_new(printer, "b", "b");
    struct stk_buf wanted;
    stk_buf_init(&wanted, STK_MIB);
    say_long(a, 'x', 65537, "");
    say_long(b, 'y', 70000, "\n");
    say(a, false, "\nmore\n");
    add_long(&wanted, "a  | ", 'x', 65536);
    add_long(&wanted, "b  | ", 'y', 70000);
    stk_buf_puts(&wanted, "a  | x\na  | more\n");
    assert_wrote(printer, wanted.bytes, "");
    stk_buf_clear(&wanted);
}
END_TEST

START_TEST(a_long_line_is_cut_between_characters_only)
{
    struct log_printer *printer;
    struct stk_buf line, wanted;
    stk_buf_init(&line, STK_MIB);
    look.to[0].terminal = true;
    printer = open_printer();
    look.to[0].terminal = false;
    stk_buf_putc(&line, 'x');
    for (int i = 0; i < 40000; i++)
        stk_buf_puts(&line, "é");
    stk_buf_putc(&line, '\n');
    say(log_source_new(printer, "a", "a"), false, line.bytes);
    stk_buf_init(&wanted, STK_MIB);
    stk_buf_printf(&wanted, "a  | %s", line.bytes);
    assert_wrote(printer, wanted.bytes, "");
    stk_buf_clear(&line);
    stk_buf_clear(&wanted);
}
END_TEST

START_TEST(a_name_cannot_act_on_the_terminal)
{
    struct log_printer *printer = open_printer();
    say(log_source_new(printer, "a\033[2J", "a"), false, "x\n");
    assert_wrote(printer, "a\\x1b[2J  | x\n", "");
}
END_TEST

/* The signal that ends a process which does that with a pipe nobody reads. */
static int signal_that_ends(void (*act)(struct log_printer *printer))
{
    int ends[2], status = 0;
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGPIPE, SIG_IGN);
        look.to[0].fd = ends[1];
        look.to[1].fd = capture_open();
        look.loop = stk_loop_new();
        act(log_printer_open(&look));
        _exit(0);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void write_one(struct log_printer *printer)
{
    say(log_source_new(printer, "a", "a"), false, "x\n");
    log_printer_free(printer);
}

START_TEST(a_reader_that_went_away_ends_us_by_sigpipe)
{
    ck_assert_int_eq(signal_that_ends(write_one), SIGPIPE);
}
END_TEST

static void only_watch(struct log_printer *printer)
{
    log_printer_watch(printer);
    stk_loop_run(look.loop);
}

START_TEST(a_reader_that_went_away_is_noticed_without_a_line)
{
    ck_assert_int_eq(signal_that_ends(only_watch), SIGPIPE);
}
END_TEST

STK_TESTS("log_lines", lines_have_the_padded_name_before_them,
          standard_output_and_error_are_kept_apart, one_file_for_both_keeps_the_order,
          parts_of_a_line_are_put_together_whoever_else_speaks, a_last_line_without_end_gets_one,
          timestamps_come_first_and_once_a_line, without_prefix_only_the_line_is_written,
          a_service_keeps_its_colour, a_terminal_gets_colours_but_no_other_control_characters,
          a_file_gets_the_bytes_as_they_are, a_line_of_any_length_is_not_torn,
          a_line_that_never_ends_does_not_silence_the_others,
          a_long_line_is_cut_between_characters_only, a_name_cannot_act_on_the_terminal,
          a_reader_that_went_away_ends_us_by_sigpipe,
          a_reader_that_went_away_is_noticed_without_a_line)
