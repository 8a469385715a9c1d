#!/usr/bin/env bash
# The smaller examples do what their comments say. (shop has a test of its own.)
. "$(dirname "$0")/lib.sh"
need_engine
need_image nginx:alpine redis:7-alpine
export COMPOSE_PROJECT_NAME=$project HELLO_PORT=18080

cd "$STACKCTL_SOURCE/examples/hello" || exit 1
must run stackctl up -d --wait
run curl -fsS "http://localhost:$HELLO_PORT/"
expect out contains "Hello from your first stack"
must run stackctl down
check "hello leaves nothing" nothing_left

cd "$STACKCTL_SOURCE/examples/jobs" || exit 1
must run stackctl up -d --wait
check "one queue, three workers, one job that ended" same 5 "$(count_of)"
all_done() { [ "$(docker exec "$(container queue)" redis-cli get done)" = 12 ]; }
check "the workers empty the queue" wait_for 20 all_done
run stackctl logs worker
expect out matches '^worker-[123] +\| [0-9a-f]+: done with job 12$'
check "twelve jobs, each done once" same 12 "$(grep -c 'done with job' "$work/out")"
run stackctl ps -a
expect out matches "$project-enqueue-1 .*Exited \(0\)"
must run stackctl up -d --scale worker=1 worker
check "two workers are gone" test -z "$(container worker 2)$(container worker 3)"
must run stackctl down
check "jobs leaves nothing" nothing_left
