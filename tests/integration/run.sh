#!/usr/bin/env bash
# run makes one more container for one command, after what the service needs, and leaves nothing behind.
# attach is the terminal of one that is there.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project

stack once << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sleep, "100000"]
    healthcheck: { test: ["CMD", "true"], interval: 300s }
  web:
    image: busybox:1.36
    command: [echo, "its own command"]
    ports: ["18917:80"]
    restart: always
    scale: 1
    stop_grace_period: 5s
    environment: { A: a, B: b }
    depends_on: { db: { condition: service_healthy } }
  echo:
    image: busybox:1.36
    stdin_open: true
    stop_grace_period: 1s
    command: [sh, -c, 'trap "exit 4" USR1; trap "exit 6" TERM; while read -r line; do echo "heard $$line"; [ "$$line" != end ] || exit 8; done']
END
oneoffs() { docker ps -aq --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=True; }
none_left() { [ -z "$(oneoffs)" ]; }

# what it needs comes up first, and the service itself does not
run stackctl run --rm web
expect_status 0
check "the service's own command" same "its own command" "$out"
expect err matches "Container $project-db-1 +Healthy"
check "db is up" same running "$(state db .State.Status)"
check "web is not" same "" "$(container web)"
check "nothing is left of it" none_left

# the command, its streams, its exit code; words are taken as they are
run stackctl run --rm -e 'A=x$y' web sh -c 'echo $A $B "$@"; echo err >&2; exit 9' -e --rm '${B}'
expect_status 9
check "variables and words" same 'x$y b --rm ${B}' "$out"
expect err matches '^err$'
check "input arrives" same hello "$(echo hello | stackctl run --rm --no-deps web cat 2> /dev/null)"
run stackctl run --rm --entrypoint 'sh -c' web 'echo by $0'
check "--entrypoint" same "by sh" "$out"
run stackctl run --rm -u 1000 -w /etc -v "$work/once:/here:ro" web sh -c 'id -u; pwd; ls /here'
check "user, folder, volume" same "1000 /etc compose.yaml" "$(tr '\n' ' ' <<< "$out" | sed 's/ $//')"
check "nothing is left of them" none_left

# it may take longer than an engine may take to answer, and be silent meanwhile
run env STACKCTL_TIMEOUT=1 "$STACKCTL" run --rm --no-deps web sh -c 'sleep 3; exit 5'
expect_status 5
check "nothing is left of it" none_left

# without --rm it stays
run stackctl run web true
expect_status 0
check "it is kept" same 1 "$(oneoffs | wc -l)"
check "its name" grep -qE "^/$project-web-run-[0-9a-f]{12}$" <(docker inspect -f '{{.Name}}' "$(oneoffs)")
docker rm "$(oneoffs)" > /dev/null

# variables of a file count more than the stack's, and -e more than they
printf '%s\n' 'A=of the file' 'B="${HOME}"' 'C=c$$' '# none' > vars.env
run env HOME=/here "$STACKCTL" run --rm --no-deps --env-from-file vars.env -e A=given web sh -c 'echo "$A $B $C"'
expect_status 0
check "all three" same 'given /here c$' "$out"
run stackctl run --rm --no-deps --env-from-file nope.env web true
expect_status 14
expect err contains nope.env
printf 'A=1\n=\n' > vars.env
run stackctl run --rm --no-deps --env-from-file vars.env web true
expect_status 15
expect err contains "vars.env:2:"

# -q: only the command speaks
run stackctl run -q --rm web sh -c 'echo out; echo err >&2'
check "nobody else" same "out err" "$out $err"

# -d, and what others see of it
run stackctl run -d --name "$project-named" -p 18918:80 -l k=v --cap-add NET_ADMIN web sleep 1000
expect_status 0
check "the ID is printed" same "$(oneoffs | cut -c 1-12)" "$(cut -c 1-12 <<< "$out")"
about() { docker inspect -f "{{$1}}" "$project-named"; }
check "only its own port" same "map[80/tcp:[{ 18918}]]" "$(about .HostConfig.PortBindings)"
check "its labels" same "v web" "$(about 'index .Config.Labels "k"') $(about 'index .Config.Labels "com.docker.compose.service"')"
check "no restart" same no "$(about .HostConfig.RestartPolicy.Name | sed 's/^$/no/')"
check "capabilities" grep -q NET_ADMIN <(about .HostConfig.CapAdd)
run stackctl exec web echo in the one-off
check "exec finds it" same "in the one-off" "$out"
run stackctl up -d db
expect_status 0
check "up leaves it alone" same running "$(about .State.Status)"
run stackctl run -d --name "$project-named" web true
expect_status 6
expect err contains "the name '$project-named' is taken by container"
docker rm -f "$project-named" > /dev/null
run stackctl run --rm -P -d web sleep 1000
expect_status 0
check "-P: the service's port" same "map[80/tcp:[{ 18917}]]" "$(docker inspect -f '{{.HostConfig.PortBindings}}' "$(oneoffs)")"
docker rm -f "$(oneoffs)" > /dev/null
wait_for 10 none_left

# what cannot be leaves nothing
run stackctl run --rm web no-such-program
expect_status 127
run stackctl run web no-such-program
expect_status 127
check "nothing is left that never ran" none_left

# that it is gone is told before why it never ran
engine=${DOCKER_HOST#unix://}
"$STACKCTL_SOURCE/tests/support/fault-proxy.py" "$work/late.sock" "${engine:-/var/run/docker.sock}" late '^POST .*/start' \
    > "$work/late.log" 2>&1 &
background+=($!)
wait_for 10 grep -q '^ready' "$work/late.log"
run stackctl -H "unix://$work/late.sock" run --rm web no-such-program
expect_status 127
expect err contains 'no-such-program'
check "nothing is left of it" none_left
run stackctl run no-such-service
expect_status 1
expect err contains "no such service"
run stackctl run
expect_status 2

# interrupted: stopped, and gone
in_background "$work/log" "$STACKCTL" run --rm web sh -c 'trap "echo bye; exit 3" TERM; echo here; while :; do sleep 0.1; done'
wait_for 20 grep -q here "$work/log" || exit 1
kill -INT "$pid"
wait_exit "$pid" 20
expect_status 130
check "it could say so" grep -q bye "$work/log"
check "nothing is left of it" none_left

# attach: its output, our input, its exit code
must run stackctl up -d echo
mkfifo "$work/keys"
exec 8<> "$work/keys"
"$STACKCTL" attach echo < "$work/keys" > "$work/log" 2>&1 &
pid=$!
background+=("$pid")
said() { echo "one" >&8; grep -q 'heard one' "$work/log"; }
wait_for 10 said
echo end >&8
wait_exit "$pid" 10
expect_status 8
must run stackctl up -d echo
marked() { docker exec "$(container echo)" sh -c 'echo mark > /proc/1/fd/1' && grep -q mark "$work/log"; }
in_background "$work/log" "$STACKCTL" attach --no-stdin echo
wait_for 10 marked
kill -TERM "$pid"
wait_exit "$pid" 10
wait_for 10 eval '[ "$(state echo .State.Status)" = exited ]'
check "the signal was passed on" same 6 "$(state echo .State.ExitCode)"
run stackctl attach echo
expect_status 1
expect err contains "service 'echo' is not running"
