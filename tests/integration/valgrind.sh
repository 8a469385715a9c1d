#!/usr/bin/env bash
# No command leaks or touches memory it should not, under valgrind and a real engine.
. "$(dirname "$0")/lib.sh"
command -v valgrind > /dev/null || skip "no valgrind"
[ -x "${STACKCTL_PLAIN:-}" ] || skip "no build without sanitizers; build the preset 'release'"
export COMPOSE_PROJECT_NAME=$project

checked() {
    run valgrind -q --leak-check=full --show-leak-kinds=definite,indirect,possible \
        --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 "$STACKCTL_PLAIN" "$@"
}

stack small << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    command: sleep 600
    volumes: [data:/data]
    healthcheck: { test: ["CMD", "true"], interval: 200ms }
    stop_grace_period: 1s
  job:
    image: busybox:1.36
    command: echo done
  web:
    image: busybox:1.36
    init: true
    command: sleep ${LENGTH:-600}
    environment: { A: 1 }
    ports: ["18079:80"]
    depends_on:
      db: { condition: service_healthy }
      job: { condition: service_completed_successfully }
    stop_grace_period: 1s
volumes:
  data:
END
checked config
expect_status 0
checked -f compose.yaml -f missing.yaml config
expect_status 14
printf 'services:\n  web:\n    imgae: busybox\n' > bad.yaml
checked -f bad.yaml config
expect_status 15
checked help
expect_status 0

need_engine
need_image busybox:1.36
checked plan
expect_status 0
checked up -d --wait
expect_status 0
checked up -d
expect_status 0
checked ps -a
expect_status 0
checked logs job
expect_status 0
export LENGTH=601
checked plan
expect_status 0
checked up -d
expect_status 0
checked restart web
expect_status 0
checked down -v
expect_status 0
check "nothing is left" nothing_left
