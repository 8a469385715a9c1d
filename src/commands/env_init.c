/* env_init.c — env init: makes .env of .env.example. What is there stays as it is, byte for byte; what is new
 * is added behind it, and the file is replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "env.h"
#include "env_lines.h"
#include "needs.h"
#include "text.h"

#define MAX_FILE STK_MIB
enum { SECRET_BYTES = 24 };

struct making {
    struct cli *cli;
    const char *path, *shown; /* of the .env */
    const char *example;      /* its path, or NULL: there is none */
    struct env_line *have, *wanted;
    size_t n_have, n_wanted;
    struct need *needs;
    size_t n_needs;
    struct stk_buf out, generated, missing;
    size_t kept, added;
    struct stat was; /* the .env; st_mode 0: there was none */
    bool step;       /* of something larger */
};

static int fail(struct cli *cli, enum stk_code code, const char *what, const char *path)
{
    struct stk_error err = { 0 };
    stk_fail(&err, code, (struct stk_src){ 0 }, "%s '%s': %s", what, path, strerror(errno));
    int rc = stk_report_error(cli, &err);
    stk_error_clear(&err);
    return rc;
}

/* The whole text in the arena; *ret NULL when there is none. 0 or the exit status. */
static int read_text(struct cli *cli, const char *path, char **ret, struct stat *ret_stat)
{
    struct stat st;
    *ret = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fail(cli, STK_ENOFILE, "cannot read", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)MAX_FILE) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : S_ISREG(st.st_mode) ? EFBIG : EINVAL;
        close(fd);
        return fail(cli, STK_ENOFILE, "cannot read", path);
    }
    char *text = stk_arena_alloc(cli->arena, (size_t)st.st_size + 1);
    ssize_t n = st.st_size ? read(fd, text, (size_t)st.st_size) : 0;
    close(fd);
    if (n < 0)
        return fail(cli, STK_ENOFILE, "cannot read", path);
    if (ret_stat)
        *ret_stat = st;
    *ret = text;
    return 0;
}

/* ---- values ---- */

/* "", changeme, <your key>, xxx: a value that is none. */
static bool is_placeholder(const char *value)
{
    static const char *const words[] = { "changeme",   "change-me", "change_me", "replaceme",
                                         "replace-me", "todo",      "xxx" };
    STK_CLEANUP(stk_charp) char *bare = stk_strdup(value);
    size_t n = strlen(bare);
    char *text = bare;
    if (n >= 2 && (*text == '"' || *text == '\'') && text[n - 1] == *text) {
        text[n - 1] = '\0';
        text++;
    }
    if (!*text || (*text == '<' && text[strlen(text) - 1] == '>') ||
        strncasecmp(text, "your-", 5) == 0 || strncasecmp(text, "your_", 5) == 0)
        return true;
    for (size_t i = 0; i < STK_LEN(words); i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

/* Passwords that only the stack's own services share. A key of somebody else's service is not ours to make
 * up: that one wants its mark. */
static bool is_secret_by_name(const char *key)
{
    static const char *const names[] = { "SECRET_KEY",     "SECRET_KEY_BASE", "JWT_SECRET",
                                         "SESSION_SECRET", "APP_SECRET",      "COOKIE_SECRET" };
    for (size_t i = 0; i < STK_LEN(names); i++)
        if (stk_streq(key, names[i]))
            return true;
    return stk_ends(key, "PASSWORD") || stk_ends(key, "PASSWD");
}

static bool put_random(struct stk_buf *out)
{
    unsigned char bytes[SECRET_BYTES];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        stk_buf_printf(out, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof(bytes));
    return true;
}

static void put_answer(struct stk_buf *out, const char *answer)
{
    if (!answer[strcspn(answer, " \t#'\"$\\`")]) {
        stk_buf_puts(out, answer);
        return;
    }
    stk_buf_putc(out, '\'');
    for (; *answer; answer++)
        stk_buf_printf(out, *answer == '\'' ? "\\%c" : "%c", *answer);
    stk_buf_putc(out, '\'');
}

/* On a terminal: what the user types; false without one, or when nothing was typed. */
static bool ask(const char *key, struct stk_buf *ret)
{
    char line[4096];
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    fprintf(stderr, "%s: ", key);
    if (!fgets(line, sizeof(line), stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    put_answer(ret, line);
    return *line != '\0';
}

static void note(struct stk_buf *list, const char *key)
{
    stk_buf_printf(list, "%s%s", list->size ? ", " : "", key);
}

/* The value that a variable without one gets; false: none, and it is listed as missing. */
static bool find_value(struct making *m, const char *key, bool secret, struct stk_buf *ret)
{
    const char *there = getenv(key);
    if (secret && put_random(ret)) {
        note(&m->generated, key);
        return true;
    }
    if ((there && *there) || ask(key, ret))
        return ret->size > 0;
    note(&m->missing, key);
    return false;
}

/* ---- the new text ---- */

static void add_wanted(struct making *m, const struct env_line *line)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf value;
    stk_buf_init(&value, STK_MIB);
    bool empty = is_placeholder(line->value);
    bool secret = line->secret || (empty && is_secret_by_name(line->key));
    bool as_it_is = !secret && (!empty || line->optional);
    bool found = as_it_is || find_value(m, line->key, secret, &value);
    if (!found && m->n_have)
        return; /* the place for it was made the first time */
    stk_buf_add(&m->out, line->before, line->before_size);
    if (as_it_is) {
        stk_buf_add(&m->out, line->begin, line->size);
        if (m->out.bytes[m->out.size - 1] != '\n')
            stk_buf_putc(&m->out, '\n');
    } else {
        stk_buf_printf(&m->out, "%s%s=%s\n", found ? "" : "# ", line->key,
                       found ? value.bytes : "");
    }
    m->added += found;
}

/* What the stack needs and the example does not speak of. */
static void add_needed(struct making *m, const struct need *need)
{
    STK_CLEANUP(stk_buf_clearp) struct stk_buf value;
    stk_buf_init(&value, STK_MIB);
    if (need->state != NEED_MISSING || env_lines_find(m->wanted, m->n_wanted, need->name))
        return;
    if (env_lines_find(m->have, m->n_have, need->name)) {
        note(&m->missing, need->name);
        return;
    }
    if (!find_value(m, need->name, is_secret_by_name(need->name), &value))
        return;
    stk_buf_printf(&m->out, "%s=%s\n", need->name, value.bytes);
    m->added++;
}

static void compose(struct making *m, const char *old)
{
    stk_buf_puts(&m->out, old ? old : "");
    if (m->out.size && m->out.bytes[m->out.size - 1] != '\n')
        stk_buf_putc(&m->out, '\n');
    for (size_t i = 0; i < m->n_wanted; i++) {
        const struct env_line *there = env_lines_find(m->have, m->n_have, m->wanted[i].key);
        if (!there)
            add_wanted(m, &m->wanted[i]);
        else if (!*there->value && !m->wanted[i].optional && is_placeholder(m->wanted[i].value))
            note(&m->missing, there->key);
        m->kept += there != NULL;
    }
    for (size_t i = 0; i < m->n_needs; i++)
        add_needed(m, &m->needs[i]);
}

/* Beside the old one, then in its place: nobody ever reads half of it. */
static int write_file(struct making *m)
{
    STK_CLEANUP(stk_charp)
    char *real = realpath(m->path, NULL); /* through a link, not instead of it */
    const char *path = real ? real : m->path;
    STK_CLEANUP(stk_charp) char *tmp = stk_printf("%s.%d", path, (int)getpid());
    mode_t mode = m->was.st_mode ? m->was.st_mode & 0777 : 0600;
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(m->cli, STK_EFAIL, "cannot write", m->shown);
    bool ok = write(fd, m->out.bytes, m->out.size) == (ssize_t)m->out.size;
    if (m->was.st_mode && fchown(fd, m->was.st_uid, m->was.st_gid) != 0)
        mode &= 0700; /* it could not stay its owner's: then it is nobody else's */
    ok = fchmod(fd, mode) == 0 && ok;
    ok = fsync(fd) == 0 && ok;
    ok = close(fd) == 0 && ok;
    if (ok && rename(tmp, path) == 0)
        return 0;
    int rc = fail(m->cli, STK_EFAIL, "cannot write", m->shown);
    (void)unlink(tmp);
    return rc;
}

/* ---- all of it ---- */

static int find_example(struct making *m, const char *dir, char **ret)
{
    static const char *const names[] = { ".env.example", ".env.sample", ".env.dist",
                                         ".env.template" };
    struct cli *cli = m->cli;
    *ret = NULL;
    if (cli->o.example) {
        int rc = read_text(cli, m->example = cli->o.example, ret, NULL);
        if (!rc && !*ret) {
            errno = ENOENT;
            rc = fail(cli, STK_ENOFILE, "cannot read", m->example);
        }
        return rc;
    }
    for (size_t i = 0; i < STK_LEN(names) && !*ret; i++) {
        m->example = stk_arena_printf(cli->arena, "%s/%s", dir, names[i]);
        int rc = read_text(cli, m->example, ret, NULL);
        if (rc)
            return rc;
    }
    if (!*ret)
        m->example = NULL;
    return 0;
}

static int tell(struct making *m)
{
    if (m->step && m->missing.size)
        stk_warn("still without a value in %s: %s", m->shown, m->missing.bytes);
    if (m->step && !m->added)
        return 0;
    const char *example = m->example ? strrchr(m->example, '/') : NULL;
    stk_say(stderr, "%s: %zu added, %zu kept%s%s%s%s", m->shown, m->added, m->kept,
            m->example ? ", from " : "", m->example ? (example ? example + 1 : m->example) : "",
            m->generated.size ? "; generated " : "", m->generated.size ? m->generated.bytes : "");
    if (m->step || !m->missing.size)
        return 0;
    struct stk_error err = { 0 };
    stk_fail(
        &err, STK_ECONFIG, (struct stk_src){ 0 },
        "still without a value: %s; write them into %s, or run 'stackctl env init' on a terminal",
        m->missing.bytes, m->shown);
    int rc = stk_report_error(m->cli, &err);
    stk_error_clear(&err);
    return rc;
}

static int make(struct making *m, const char *dir)
{
    char *old = NULL, *example = NULL;
    struct cli *cli = m->cli;
    m->shown = cli->o.env_files.n == 1 ? cli->o.env_files.v[0] : ".env";
    m->path = cli->o.env_files.n == 1 ? m->shown : stk_arena_printf(cli->arena, "%s/.env", dir);
    int rc = read_text(cli, m->path, &old, &m->was);
    if (!rc)
        rc = find_example(m, dir, &example);
    if (rc)
        return rc;
    m->n_have = env_lines(cli->arena, old ? old : "", &m->have);
    m->n_wanted = env_lines(cli->arena, example ? example : "", &m->wanted);
    compose(m, old);
    if (!old && !m->example && !m->n_needs && !m->added && !m->step) {
        fputs("nothing to do: there is no .env.example, and the stack uses no variables\n", stderr);
        return 0;
    }
    if (m->out.size && (!old || m->out.size != strlen(old)))
        rc = cli->o.dry_run ? 0 : write_file(m);
    return rc ? rc : tell(m);
}

/* Where the .env belongs when the stack file does not tell: a broken file must not keep it from being made. */
static const char *directory(struct cli *cli, const char *found)
{
    if (found)
        return found;
    return cli->o.project_directory ? cli->o.project_directory : ".";
}

static int init(struct cli *cli, bool step)
{
    struct making m = { .cli = cli, .step = step };
    const char *dir = NULL;
    struct stk_diags diags = { 0 };
    stk_buf_init(&m.out, 4 * MAX_FILE);
    stk_buf_init(&m.generated, STK_MIB);
    stk_buf_init(&m.missing, STK_MIB);
    cli->args.n = 0;
    if (cli->o.env_files.n > 1)
        return stk_usage_error(cli, "env init makes one file, and --env-file names several");
    struct stk_strs given = cli->o.env_files;
    if (given.n && access(given.v[0], F_OK) != 0)
        cli->o.env_files = (struct stk_strs){ 0 };
    (void)needs_find(cli, &m.needs, &m.n_needs, &dir,
                     &diags); /* a file of no use asks for nothing */
    cli->o.env_files = given;
    stk_diags_clear(&diags);
    int rc = make(&m, directory(cli, dir));
    stk_buf_clear(&m.out);
    stk_buf_clear(&m.generated);
    stk_buf_clear(&m.missing);
    return rc;
}

int env_init(struct cli *cli)
{
    return init(cli, false);
}

int env_prepare(struct cli *cli)
{
    return init(cli, true);
}
