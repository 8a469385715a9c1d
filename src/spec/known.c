/* known.c — see known.h. The variables are those of the official images. */
#include "known.h"

#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "text.h"

enum { MOST_KEYS = 3 };

struct known {
    const char *image, *scheme;
    unsigned port;
    const char *users[MOST_KEYS], *passwords[MOST_KEYS],
        *databases[MOST_KEYS];            /* first that is set */
    const char *root_password[MOST_KEYS]; /* root's, who is there when no user is */
    const char *user;                     /* when none is given; NULL: nobody logs in */
    const char *password;                 /* likewise */
    const char *after;                    /* behind the database, when somebody logs in */
    bool database_as_user;
};

#define POSTGRES(name)                                                                             \
    {                                                                                              \
        .image = name, .scheme = "postgres", .port = 5432, .users = { "POSTGRES_USER" },           \
        .passwords = { "POSTGRES_PASSWORD" }, .databases = { "POSTGRES_DB" }, .user = "postgres",  \
        .database_as_user = true                                                                   \
    }

static const struct known rows[] = {
    POSTGRES("postgres"),
    POSTGRES("postgis"),
    POSTGRES("timescaledb"),
    POSTGRES("pgvector"),
    { .image = "mysql",
      .scheme = "mysql",
      .port = 3306,
      .users = { "MYSQL_USER" },
      .passwords = { "MYSQL_PASSWORD" },
      .databases = { "MYSQL_DATABASE" },
      .root_password = { "MYSQL_ROOT_PASSWORD" },
      .user = "root" },
    { .image = "mariadb",
      .scheme = "mysql",
      .port = 3306,
      .users = { "MARIADB_USER", "MYSQL_USER" },
      .passwords = { "MARIADB_PASSWORD", "MYSQL_PASSWORD" },
      .databases = { "MARIADB_DATABASE", "MYSQL_DATABASE" },
      .root_password = { "MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD" },
      .user = "root" },
    { .image = "redis", .scheme = "redis", .port = 6379 },
    { .image = "valkey", .scheme = "redis", .port = 6379 },
    { .image = "rabbitmq",
      .scheme = "amqp",
      .port = 5672,
      .users = { "RABBITMQ_DEFAULT_USER" },
      .passwords = { "RABBITMQ_DEFAULT_PASS" },
      .databases = { "RABBITMQ_DEFAULT_VHOST" },
      .user = "guest",
      .password = "guest" },
    { .image = "mongo",
      .scheme = "mongodb",
      .port = 27017,
      .users = { "MONGO_INITDB_ROOT_USERNAME" },
      .passwords = { "MONGO_INITDB_ROOT_PASSWORD" },
      .databases = { "MONGO_INITDB_DATABASE" },
      .after = "?authSource=admin" },
    { .image = "nats", .scheme = "nats", .port = 4222 },
};

const struct known *known_image(const char *image)
{
    const char *slash = image ? strrchr(image, '/') : NULL;
    const char *name = slash ? slash + 1 : image;
    size_t n = name ? strcspn(name, ":@") : 0;
    for (size_t i = 0; n && i < STK_LEN(rows); i++)
        if (strlen(rows[i].image) == n && strncmp(rows[i].image, name, n) == 0)
            return &rows[i];
    return NULL;
}

unsigned known_port(const struct known *known)
{
    return known->port;
}

static const char *variable(const struct stk_service *service, const char *name)
{
    for (size_t i = 0; i < service->environment.n; i++)
        if (stk_streq(service->environment.v[i].key, name))
            return service->environment.v[i].value;
    return NULL;
}

/* The first of the variables that is set. *ret_file: one that names a file instead. */
static const char *first_of(const struct stk_service *service, const char *const names[MOST_KEYS],
                            const char **ret_file)
{
    for (size_t i = 0; i < MOST_KEYS && names[i]; i++) {
        const char *value = variable(service, names[i]);
        STK_CLEANUP(stk_charp) char *file = stk_printf("%s_FILE", names[i]);
        if (value && *value)
            return value;
        if (variable(service, file))
            *ret_file = names[i];
    }
    return NULL;
}

/* What follows --requirepass in a command. */
static const char *required_password(const struct stk_service *service)
{
    for (size_t i = 0; i + 1 < service->command.n; i++)
        if (stk_streq(service->command.v[i], "--requirepass"))
            return service->command.v[i + 1];
    return NULL;
}

static void put_escaped(struct stk_buf *out, const char *text)
{
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || strchr("-._~", *text))
            stk_buf_putc(out, *text);
        else
            stk_buf_printf(out, "%%%02X", (unsigned char)*text);
}

bool known_url(const struct known *known, const struct stk_service *service, const char *host,
               unsigned port, struct stk_buf *out, const char **ret_why)
{
    const char *file = NULL;
    const char *user = first_of(service, known->users, &file);
    const char *password = first_of(
        service, user || !known->root_password[0] ? known->passwords : known->root_password, &file);
    const char *database = first_of(service, known->databases, &file);
    if (file) {
        *ret_why = file;
        return false;
    }
    user = user ? user : known->user;
    password = password ? password : known->password;
    if (stk_streq(known->scheme, "redis"))
        password = required_password(service);
    if (!database && known->database_as_user)
        database = user;
    stk_buf_printf(out, "%s://", known->scheme);
    if (user)
        put_escaped(out, user);
    if (password) {
        stk_buf_putc(out, ':');
        put_escaped(out, password);
    }
    stk_buf_puts(out, user || password ? "@" : "");
    stk_buf_printf(out, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    if (database || (known->after && user))
        stk_buf_putc(out, '/');
    if (database)
        put_escaped(out, database);
    if (known->after && user)
        stk_buf_puts(out, known->after);
    return true;
}
