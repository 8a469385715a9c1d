/* init_text.c — the words of a first stack file. Any tool that knows the compose specification takes it. */
#include "init_text.h"

#include <string.h>

#include "arena.h"
#include "text.h"

struct init_template {
    const char *name;
    const char *service;        /* its lines, without its name */
    const char *volume;         /* or NULL */
    const char *variable, *url; /* what a program is given to reach it, or NULL */
    bool before_app;            /* false: it needs the app, not the other way round */
};

static const struct init_template templates[] = {
    { .name = "postgres",
      .service = "    image: postgres:16-alpine\n"
                 "    environment:\n"
                 "      POSTGRES_USER: app\n"
                 "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-app}\n"
                 "      POSTGRES_DB: app\n"
                 "    volumes:\n"
                 "      - postgres:/var/lib/postgresql/data\n"
                 "    healthcheck:\n"
                 "      # By TCP: while its data is made the server answers on its socket only.\n"
                 "      test: [CMD, pg_isready, -q, -h, 127.0.0.1, -U, app]\n"
                 "      interval: 5s\n"
                 "      timeout: 3s\n"
                 "      retries: 20\n",
      .volume = "postgres",
      .variable = "DATABASE_URL",
      .url = "postgres://app:${POSTGRES_PASSWORD:-app}@postgres:5432/app",
      .before_app = true },
    { .name = "mysql",
      .service = "    image: mysql:8.4\n"
                 "    environment:\n"
                 "      MYSQL_DATABASE: app\n"
                 "      MYSQL_USER: app\n"
                 "      MYSQL_PASSWORD: ${MYSQL_PASSWORD:-app}\n"
                 "      MYSQL_RANDOM_ROOT_PASSWORD: \"1\"\n"
                 "    volumes:\n"
                 "      - mysql:/var/lib/mysql\n"
                 "    healthcheck:\n"
                 "      # By TCP and as its user: while its data is made neither works.\n"
                 "      test: [CMD-SHELL, 'mysql -h 127.0.0.1 -u app -p\"$$MYSQL_PASSWORD\" -e "
                 "\"select 1\" app']\n"
                 "      interval: 5s\n"
                 "      timeout: 5s\n"
                 "      retries: 30\n",
      .volume = "mysql",
      .variable = "MYSQL_URL",
      .url = "mysql://app:${MYSQL_PASSWORD:-app}@mysql:3306/app",
      .before_app = true },
    { .name = "redis",
      .service = "    image: redis:7-alpine\n"
                 "    volumes:\n"
                 "      - redis:/data\n"
                 "    healthcheck:\n"
                 "      # The answer counts: redis-cli ends well, too, while the data is loaded.\n"
                 "      test: [CMD-SHELL, redis-cli ping | grep -q PONG]\n"
                 "      interval: 5s\n"
                 "      timeout: 3s\n"
                 "      retries: 20\n",
      .volume = "redis",
      .variable = "REDIS_URL",
      .url = "redis://redis:6379",
      .before_app = true },
    { .name = "rabbitmq",
      .service = "    image: rabbitmq:4-alpine\n"
                 "    hostname: rabbitmq # its data is kept by this name\n"
                 "    environment:\n"
                 "      RABBITMQ_DEFAULT_USER: app\n"
                 "      RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD:-app}\n"
                 "    volumes:\n"
                 "      - rabbitmq:/var/lib/rabbitmq\n"
                 "    healthcheck:\n"
                 "      test: [CMD, rabbitmq-diagnostics, -q, check_port_connectivity]\n"
                 "      # It starts a virtual machine of its own each time.\n"
                 "      interval: 10s\n"
                 "      timeout: 30s\n"
                 "      retries: 12\n"
                 "      start_period: 20s\n",
      .volume = "rabbitmq",
      .variable = "AMQP_URL",
      .url = "amqp://app:${RABBITMQ_PASSWORD:-app}@rabbitmq:5672",
      .before_app = true },
    { .name = "nginx",
      .service = "    image: nginx:alpine\n"
                 "    ports:\n"
                 "      - \"127.0.0.1:${NGINX_PORT:-8080}:80\"\n"
                 "    # volumes:\n"
                 "    #   - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro\n"
                 "    healthcheck:\n"
                 "      # Any answer will do: without a page of yours it is 403 or 404.\n"
                 "      test: [CMD-SHELL, \"wget -q -S -O /dev/null http://127.0.0.1/ 2>&1 | grep "
                 "-q HTTP/\"]\n"
                 "      interval: 5s\n"
                 "      timeout: 3s\n"
                 "      retries: 10\n" },
};

const struct init_template *init_template_find(const char *name)
{
    for (size_t i = 0; i < STK_LEN(templates); i++)
        if (stk_streq(templates[i].name, name))
            return &templates[i];
    return NULL;
}

const char *init_template_names(void)
{
    return "postgres, mysql, redis, rabbitmq or nginx";
}

/* A text as a YAML string between double quotes; a $ is no variable of the file. */
static void put_string(struct stk_buf *out, const char *text)
{
    stk_buf_putc(out, '"');
    for (; *text; text++) {
        if (strchr("\"\\", *text))
            stk_buf_putc(out, '\\');
        else if (*text == '$')
            stk_buf_putc(out, '$');
        else if ((unsigned char)*text < ' ')
            continue;
        stk_buf_putc(out, *text);
    }
    stk_buf_putc(out, '"');
}

static void put_needs(struct stk_buf *out, const struct init_findings *found)
{
    bool any = false;
    for (size_t i = 0; i < found->n_with; i++) {
        const struct init_template *t = found->with[i];
        if (!t->before_app)
            continue;
        stk_buf_puts(out, any ? "" : "    environment:\n");
        stk_buf_printf(out, "      %s: %s\n", t->variable, t->url);
        any = true;
    }
    stk_buf_puts(out, any ? "    depends_on:\n" : "");
    for (size_t i = 0; i < found->n_with; i++)
        if (found->with[i]->before_app)
            stk_buf_printf(out, "      %s:\n        condition: service_healthy\n",
                           found->with[i]->name);
}

/* One process of the program; command NULL: the usual one. */
static void put_app(struct stk_buf *out, const struct init_findings *found, const char *name,
                    const char *command, bool listens)
{
    stk_buf_printf(out, "  %s:\n", name);
    if (found->build)
        stk_buf_printf(out, "    build: %s\n", found->build);
    else
        stk_buf_printf(out, "    image: %s\n", found->image ? found->image : "busybox:1.36");
    if (command) {
        stk_buf_puts(out, "    command: [sh, -c, ");
        put_string(out, command);
        stk_buf_puts(out, "]\n");
    } else if (!found->build && found->command) {
        stk_buf_printf(out, "    command: %s\n", found->command);
    }
    if (!found->build)
        stk_buf_puts(out, "    init: true\n    working_dir: /app\n    volumes:\n      - .:/app\n");
    if (listens && found->port)
        stk_buf_printf(out, "    ports:\n      - \"127.0.0.1:${PORT:-%u}:%u\"\n", found->port,
                       found->port);
    put_needs(out, found);
    stk_buf_putc(out, '\n');
}

static void put_head(struct stk_buf *out, const char *project, const struct init_findings *found)
{
    stk_buf_puts(out, "# A first stack file, by stackctl init");
    for (size_t i = 0; i < found->n_by; i++)
        stk_buf_printf(out, "%s%s", i ? ", " : ", from ", found->by[i]);
    stk_buf_puts(out, ". It is yours to change.\n#\n"
                      "#   stackctl up -d --wait    start it, return when all is ready\n"
                      "#   stackctl status          how it is\n"
                      "#   stackctl down            remove it; with -v its data, too\n");
    if (*project)
        stk_buf_printf(out, "name: %s\n", project);
    stk_buf_puts(out, "\nservices:\n");
}

static void put_programs(struct stk_buf *out, const struct init_findings *found)
{
    bool web = false;
    for (size_t i = 0; i < found->n_processes; i++)
        web |= stk_streq(found->processes[i].name, "web");
    for (size_t i = 0; i < found->n_processes; i++) {
        const char *name = found->processes[i].name;
        bool listens = web ? stk_streq(name, "web") : i == 0;
        put_app(out, found, name, found->processes[i].command, listens);
    }
    if (!found->n_processes && (found->build || found->image))
        put_app(out, found, "app", NULL, true);
}

void init_write(struct stk_buf *out, const char *project, const struct init_findings *found)
{
    put_head(out, project, found);
    put_programs(out, found);
    for (size_t i = 0; i < found->n_with; i++)
        stk_buf_printf(out, "  %s:\n%s\n", found->with[i]->name, found->with[i]->service);
    if (!found->n_with && !found->n_processes && !found->build && !found->image)
        stk_buf_puts(out, "  # Nothing here says what is to run. Put in what does:\n"
                          "  hello:\n"
                          "    image: busybox:1.36\n"
                          "    command: [sh, -c, \"echo hello; exec sleep infinity\"]\n"
                          "    init: true\n\n");
    bool any = false;
    for (size_t i = 0; i < found->n_with; i++) {
        if (!found->with[i]->volume)
            continue;
        stk_buf_printf(out, "%s  %s:\n", any ? "" : "volumes:\n", found->with[i]->volume);
        any = true;
    }
    if (!any)
        out->bytes[--out->size] = '\0'; /* no blank line at the end */
}
