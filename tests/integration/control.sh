#!/usr/bin/env bash
# What runs is paused, let go on, sent signals and looked into, from labels alone; what does not run, or is
# not there, is told.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq"

stack control << 'END'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "trap 'echo got usr1' USR1; touch /up; while :; do sleep 0.1; done"]
    stop_grace_period: 0s
    ports: ["80", "127.0.0.1::53/udp"]
  job:
    image: busybox:1.36
    command: [sh, -c, "exit 3"]
END
cd "$work/control" || exit 1
must run stackctl -p "$project" up -d
wait_for 10 docker exec "$project-web-1" test -e /up
rm compose.yaml
export COMPOSE_PROJECT_NAME=$project

# --- pause and unpause ---

must run stackctl pause web
expect err contains "Container $project-web-1  Paused"
check "it is paused" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" paused
run stackctl pause web
expect_status 0
run stackctl exec web true
expect_status 1
expect err contains "error: service 'web' is paused; 'stackctl unpause web' lets it go on"
run stackctl attach web
expect_status 1
expect err contains "is paused"
must run stackctl unpause
expect err contains "Container $project-web-1  Unpaused"
check "it goes on" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running
run stackctl unpause
expect_status 0
run stackctl pause job
expect_status 0
expect err contains "no container of job runs: nothing to pause"
run stackctl pause nope
expect_status 1
expect err contains "no such service: nope"
run stackctl pause --dry-run
expect out contains "would pause container $project-web-1"
check "it still goes on" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running

# --- signals ---

for signal in USR1 SIGUSR1 10; do
    must run stackctl kill -s "$signal" web
    expect err contains "Container $project-web-1  Signalled"
    expect err lacks Killed
done
got() { [ "$(docker logs "$project-web-1" 2> /dev/null | grep -c 'got usr1')" -ge 1 ]; }
wait_for 10 got || failed "the signal must arrive"
check "it still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-web-1")" running
run stackctl kill -s 99 web
expect_status 2

# --- top and port ---

must run stackctl top
expect out matches '^SERVICE +# +UID +PID'
expect out matches '^web +1 +root .*sh -c trap'
expect out lacks job
run stackctl top nope
expect_status 1
must run stackctl port web 80
check "port is what the engine says" same "$out" "$(docker port "$project-web-1" 80 | head -n 1)"
must run stackctl port --protocol udp web 53
check "likewise of udp" same "$out" "$(docker port "$project-web-1" 53/udp)"
run stackctl port job 80
expect_status 1
expect err contains "'$project-job-1' exited with code 3; 'stackctl start job' starts it again"

# --- how each ended, to programs ---

cat > ends.yaml << 'END'
services:
  runs: { image: "busybox:1.36", command: [sleep, "1000"], init: true, stop_grace_period: 0s }
  exits: { image: "busybox:1.36", command: [sh, -c, "exit 3"] }
  dies: { image: "busybox:1.36", command: [sh, -c, "kill -KILL $$$$; sleep 9"], init: true }
  again: { image: "busybox:1.36", command: [sh, -c, "exit 4"], restart: "on-failure:2" }
  never: { image: "busybox:1.36", command: [no-such-program] }
END
export COMPOSE_PROJECT_NAME=$project-ends COMPOSE_FILE=ends.yaml
trap 'result=$?; clean "$project-ends"; (exit $result); finish' EXIT
run stackctl up -d runs exits dies again
run stackctl up -d never
run stackctl wait --for exited exits dies again --format json
ended() { jq -rc "select((.service // .Service) == \"$1\") | .ended | $2" <<< "$out"; }
check "one that exited" same "exited 3" "$(ended exits '.how + " " + (.exit_code | tostring)')"
check "one that was killed" same "killed 9 SIGKILL" "$(ended dies '.how + " " + (.signal | tostring) + " " + .signal_name')"
check "how often it was restarted" same 2 "$(ended again .restarts)"
check "when" grep -qE '^20.*T.*Z$' <<< "$(ended exits .finished_at)"
check "no other words" test "$(wc -l <<< "$out")" = 3
run stackctl wait --for exited:0 exits --format json
expect_status 5
expect err contains "exited with code 3, not 0"
check "told all the same" same 3 "$(ended exits .exit_code)"
run stackctl wait --for ready runs --format json
check "what runs has not ended" same null "$(ended runs .)"
must run stackctl ps -a --format json
check "ps tells the same" same "exited 3" "$(ended exits '.how + " " + (.exit_code | tostring)')"
check "of signals" same 9 "$(ended dies .signal)"
check "of restarts" same 2 "$(ended again .restarts)"
check "of what the engine could not start" same engine-error "$(ended never .how)"
check "in its words" grep -q no-such-program <<< "$(ended never .error)"
check "what runs has none" same null "$(ended runs .)"
must run stackctl down -t 0
export COMPOSE_PROJECT_NAME=$project
unset COMPOSE_FILE

# --- no engine ---

for command in "pause" "unpause" "top" "port web 80" "kill -s HUP"; do
    # shellcheck disable=SC2086
    run stackctl -H "unix://$work/none.sock" $command
    expect_status 9
    expect err contains "cannot reach the engine"
done
