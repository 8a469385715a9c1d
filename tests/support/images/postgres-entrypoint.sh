#!/bin/sh
# Starts PostgreSQL as the public image does: makes the data folder at the first start from
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, runs /docker-entrypoint-initdb.d, then serves.
set -e
if [ "$1" != postgres ]; then
    exec "$@"
fi

user=${POSTGRES_USER:-postgres}
db=${POSTGRES_DB:-$user}
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        su -c 'exec "$@"' -- postgres sh "$@"
    else
        "$@"
    fi
}

init() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        echo "       You must specify POSTGRES_PASSWORD to a non-empty value." >&2
        exit 1
    fi
    printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/password
    chown postgres /tmp/password
    method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    pw=--pwfile=/tmp/password
    [ -n "$POSTGRES_PASSWORD" ] || pw=
    as_postgres initdb -D "$PGDATA" -U "$user" --locale=C --encoding=UTF8 --no-sync \
        --auth-local=trust --auth-host="$method" $pw
    rm -f /tmp/password
    echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
    as_postgres pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start
    if [ "$db" != postgres ]; then
        as_postgres psql -v ON_ERROR_STOP=1 -U "$user" -d postgres -c "CREATE DATABASE \"$db\""
    fi
    for f in /docker-entrypoint-initdb.d/*; do
        case $f in
        *.sh) . "$f" ;;
        *.sql) as_postgres psql -v ON_ERROR_STOP=1 -U "$user" -d "$db" -f "$f" ;;
        esac
    done
    as_postgres pg_ctl -D "$PGDATA" -m fast -w stop
}

if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres "$PGDATA" /var/run/postgresql
    chmod 700 "$PGDATA"
fi
[ -s "$PGDATA/PG_VERSION" ] || init
shift
if [ "$(id -u)" = 0 ]; then
    exec su -c 'exec "$@"' -- postgres sh postgres -c "listen_addresses=*" "$@"
fi
exec postgres -c "listen_addresses=*" "$@"
