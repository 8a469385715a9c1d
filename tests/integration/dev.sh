#!/usr/bin/env bash
# A folder without a stack file gets one that works; a fresh clone is ready after one command, and the command
# run again changes nothing.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36 redis:7-alpine postgres:16-alpine nginx:alpine

# --- init ---

mkdir -p "$work/new" && cd "$work/new" || exit 1
printf 'FROM busybox:1.36\nEXPOSE 8000\nCMD ["httpd", "-f", "-p", "8000"]\n' > Dockerfile
run stackctl init --with nosuch
expect_status 2
expect err contains "expected postgres, mysql, redis, rabbitmq or nginx"
must run stackctl -p "$project" init --with postgres,redis --with nginx
must run stackctl config -q
must run stackctl lint
cp compose.yaml first
run stackctl init
expect_status 1
expect err contains "there is a stack file already"
check "it is as it was" cmp compose.yaml first
PORT=18491 NGINX_PORT=18492 run stackctl up -d --wait --wait-timeout 120
expect_status 0
must run stackctl down -v --rmi local
rm compose.yaml Dockerfile
echo '{"scripts":{"dev":"x"},"dependencies":{"pg":"8","ioredis":"5"}}' > package.json
printf 'web: node server.js $PORT\nworker: node "worker".js\n' > Procfile
must run stackctl --dry-run init
expect out contains 'command: [sh, -c, "node server.js $$PORT"]'
expect out contains 'command: [sh, -c, "node \"worker\".js"]'
expect out contains 'DATABASE_URL: postgres://'
check "nothing is written" test ! -e compose.yaml
must run stackctl init -o - --with mysql,rabbitmq
cp "$work/out" compose.yaml
must run stackctl config -q
for manifest in go.mod pyproject.toml requirements.txt nothing; do
    mkdir -p "$work/$manifest.d" && cd "$work/$manifest.d" || exit 1
    [ "$manifest" = nothing ] || echo django > "$manifest"
    must run stackctl init
    must run stackctl config -q
done

# --- dev ---

stack clone << END
name: $project
services:
  db:
    image: redis:7-alpine
    healthcheck: { test: [CMD-SHELL, "redis-cli ping | grep -q PONG"], interval: 1s }
  seed:
    image: redis:7-alpine
    command: [sh, -c, "redis-cli -h db incr seeded"]
    depends_on: { db: { condition: service_healthy } }
    x-stackctl: { once: true }
  web:
    build: .
    environment: { TOKEN: "\${APP_TOKEN:?}" }
    ports: ["18493:8000"]
    depends_on: { seed: { condition: service_completed_successfully } }
END
printf 'FROM busybox:1.36\nCMD ["httpd", "-f", "-p", "8000"]\n' > Dockerfile
printf 'APP_TOKEN= # secret\nMAIL=\n' > .env.example
must run stackctl dev
expect err contains "generated APP_TOKEN"
expect err contains "still without a value in .env: MAIL"
expect out matches '^web +8000/tcp +127.0.0.1:18493$'
ids=$(docker ps -aq --filter "label=com.docker.compose.project=$project" | sort)
cp .env kept
must run stackctl dev
check "nothing is made again" same "$(docker ps -aq --filter "label=com.docker.compose.project=$project" | sort)" "$ids"
check "no secret is made again" cmp .env kept
check "the seed ran once" same "$(docker exec "$project-db-1" redis-cli get seeded)" 1
docker rm -f "$project-web-1" > /dev/null
must run stackctl dev
check "what was missing is there" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running
docker rm -f "$project-web-1" > /dev/null
docker run -d --name "$project-holder" -p 18493:1 busybox:1.36 sleep 1000 > /dev/null
run stackctl dev
expect_status 6
expect out contains "18493 of service 'web' is held by container '$project-holder'"
docker rm -f "$project-holder" > /dev/null
must run stackctl down -v --rmi local
rm .env .env.example
run stackctl dev
expect_status 15
expect err contains "APP_TOKEN"
