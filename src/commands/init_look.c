/* init_look.c — what a folder of sources tells about how it is run: by the files that the usual tools keep. */
#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "init_text.h"
#include "text.h"

enum { MAX_TEXT = 1 << 20 };

/* A file's text, as far as it is of use; NULL: there is none, or it cannot be read. */
static char *read_text(struct stk_arena *arena, const char *dir, const char *name)
{
    STK_CLEANUP(stk_charp) char *path = stk_printf("%s/%s", dir, name);
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    char *text = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        text = stk_arena_alloc(arena, MAX_TEXT + 1);
        ssize_t n = read(fd, text, MAX_TEXT);
        text[n > 0 ? n : 0] = '\0';
    }
    close(fd);
    return text;
}

/* Libraries by which sources say what they talk to. */
static const struct {
    const char *word, *template;
} clients[] = {
    { "\"pg\"", "postgres" },      { "\"postgres\"", "postgres" },
    { "lib/pq", "postgres" },      { "jackc/pgx", "postgres" },
    { "psycopg", "postgres" },     { "asyncpg", "postgres" },
    { "\"mysql2\"", "mysql" },     { "go-sql-driver/mysql", "mysql" },
    { "mysqlclient", "mysql" },    { "pymysql", "mysql" },
    { "\"redis\"", "redis" },      { "\"ioredis\"", "redis" },
    { "go-redis", "redis" },       { "redis>", "redis" },
    { "redis=", "redis" },         { "redis~", "redis" },
    { "\"amqplib\"", "rabbitmq" }, { "amqp091-go", "rabbitmq" },
    { "pika", "rabbitmq" },
};

void init_add(struct init_findings *found, const struct init_template *template)
{
    for (size_t i = 0; i < found->n_with; i++)
        if (found->with[i] == template)
            return;
    if (found->n_with < STK_LEN(found->with))
        found->with[found->n_with++] = template;
}

static void note(struct init_findings *found, const char *file, const char *text)
{
    if (found->n_by < STK_LEN(found->by))
        found->by[found->n_by++] = file;
    for (size_t i = 0; i < STK_LEN(clients); i++)
        if (strstr(text, clients[i].word))
            init_add(found, init_template_find(clients[i].template));
}

/* The first port of an EXPOSE line. */
static void look_dockerfile(struct init_findings *found, char *text)
{
    found->build = ".";
    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        unsigned port;
        if (strncasecmp(line, "EXPOSE", 6) == 0 && sscanf(line + 6, " %u", &port) == 1 &&
            port <= UINT16_MAX)
            found->port = port;
        if (found->port)
            return;
    }
}

static void look_package(struct init_findings *found, char *text)
{
    json_error_t wrong;
    json_t *root = json_loads(text, 0, &wrong);
    const json_t *scripts = json_object_get(root, "scripts");
    bool dev = json_object_get(scripts, "dev") != NULL;
    if (!found->image) {
        found->image = "node:22-alpine";
        found->command = dev ? "[sh, -c, \"npm install && exec npm run dev\"]"
                             : "[sh, -c, \"npm install && exec npm start\"]";
        found->port = found->port ? found->port : 3000;
    }
    json_decref(root);
}

static void look_go(struct init_findings *found, char *text)
{
    (void)text;
    if (found->image)
        return;
    found->image = "golang:1.24-alpine";
    found->command = "[go, run, .]";
    found->port = found->port ? found->port : 8080;
}

static void look_python(struct init_findings *found, char *text)
{
    if (found->image)
        return;
    bool django = strcasestr(text, "django"), fastapi = strcasestr(text, "fastapi");
    found->image = "python:3.13-slim";
    found->command =
        django    ? "[sh, -c, \"pip install . && exec python manage.py runserver 0.0.0.0:8000\"]"
        : fastapi ? "[sh, -c, \"pip install . uvicorn && exec uvicorn main:app --host 0.0.0.0\"]"
                  : "[sh, -c, \"pip install . && exec python main.py\"]";
    found->port = found->port ? found->port : 8000;
}

static void look_requirements(struct init_findings *found, char *text)
{
    bool before = found->image != NULL;
    look_python(found, text);
    if (!before)
        found->command =
            strcasestr(text, "django")
                ? "[sh, -c, \"pip install -r requirements.txt && exec python manage.py "
                  "runserver 0.0.0.0:8000\"]"
                : "[sh, -c, \"pip install -r requirements.txt && exec python main.py\"]";
}

/* "web: bundle exec puma", a line each; cuts the text up. */
static void look_procfile(struct init_findings *found, char *text)
{
    for (char *next, *line = text; line && found->n_processes < STK_LEN(found->processes);
         line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        size_t n = 0;
        while (isalnum((unsigned char)line[n]) || (line[n] && strchr("_-", line[n])))
            n++;
        if (!n || line[n] != ':')
            continue;
        line[n] = '\0';
        char *command = line + n + 1 + strspn(line + n + 1, " \t");
        command[strcspn(command, "\r")] = '\0';
        found->processes[found->n_processes].name = line;
        found->processes[found->n_processes++].command = command;
    }
}

static const struct {
    const char *file;
    void (*look)(struct init_findings *found, char *text);
} rows[] = {
    { "Dockerfile", look_dockerfile },
    { "package.json", look_package },
    { "go.mod", look_go },
    { "pyproject.toml", look_python },
    { "requirements.txt", look_requirements },
    { "Procfile", look_procfile },
};

void init_look(struct stk_arena *arena, const char *dir, struct init_findings *ret)
{
    for (size_t i = 0; i < STK_LEN(rows); i++) {
        char *text = read_text(arena, dir, rows[i].file);
        if (!text)
            continue;
        note(ret, rows[i].file, text);
        rows[i].look(ret, text);
    }
}
