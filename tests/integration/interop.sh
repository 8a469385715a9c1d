#!/usr/bin/env bash
# A stack may change hands: what stackctl made Docker Compose sees and ends, and the other way round.
# DOCKER_COMPOSE names a Docker Compose v2 program; without it `docker compose` is tried.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36

if [ -n "${DOCKER_COMPOSE:-}" ]; then
    compose() { "$DOCKER_COMPOSE" "$@"; }
elif docker compose version > /dev/null 2>&1; then
    compose() { docker compose "$@"; }
else
    skip "no Docker Compose v2; DOCKER_COMPOSE may name one"
fi
export COMPOSE_PROJECT_NAME=$project

stack interop << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    command: sleep 600
    volumes: [data:/data]
    stop_grace_period: 2s
  web:
    image: busybox:1.36
    init: true
    command: sleep 600
    depends_on: [db]
    deploy: { replicas: 2 }
    stop_grace_period: 2s
volumes:
  data:
END

# made here, seen and ended there
must run stackctl up -d
run compose ls
expect out matches "$project +running\(3\) +.*compose.yaml"
run compose ps --format json
check "Compose sees three containers" same 3 "$(jq -s 'length' "$work/out")"
check "with their services" same "db web web" "$(jq -rs 'map(.Service) | sort | join(" ")' "$work/out")"
run compose ps
expect out matches "$project-web-2"
run compose down -v
expect_status 0
check "Compose removed all of it" nothing_left

# made there, seen and ended here
must run compose up -d
run stackctl ps
expect_status 0
expect out matches "$project-db-1"
expect out matches "$project-web-2"
must run stackctl stop web
check "stackctl stopped it" same exited "$(state web .State.Status)"
must run stackctl start web
must run stackctl down -v
check "stackctl removed all of it" nothing_left

# by name alone, without the file
must run compose up -d
cd / || exit 1
run stackctl -p "$project" ps
expect_status 0
expect out matches "$project-db-1"
must run stackctl -p "$project" down -v
check "stackctl removed all of it without the file" nothing_left

# neither replaces what the other made, where both give a service the same hash (Docker Compose 2.40)
cd "$work/interop" || exit 1
ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" | sort; }
networks() { docker network ls -q --no-trunc --filter "label=com.docker.compose.project=$project"; }
if [ "$(compose config --hash '*' | sort)" = "$(stackctl config --hash '*' | sort)" ]; then
    must run compose up -d
    theirs="$(ids) $(networks)"
    run stackctl plan --exit-code
    expect_status 0
    must run stackctl up -d
    check "stackctl keeps what Compose made" same "$theirs" "$(ids) $(networks)"
    must run stackctl down -v
    must run stackctl up -d
    ours="$(ids) $(networks)"
    must run compose up -d
    check "Compose keeps what stackctl made" same "$ours" "$(ids) $(networks)"
    must run stackctl down -v
else
    echo "left out: this Docker Compose hashes in another way"
fi
