#!/usr/bin/env bash
# events tells what happens to the project's containers, as text and as JSON; an engine that goes away and
# comes back costs no event and doubles none.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq to read JSON with"
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine is not at a socket of this machine" ;;
esac

stack events << 'END'
services:
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    stop_grace_period: 0s
  other:
    image: busybox:1.36
    command: [sleep, "1000"]
    stop_grace_period: 0s
END
cd "$work/events" || exit 1
export COMPOSE_PROJECT_NAME=$project
must run stackctl up -d

# --- what was ---

must run stackctl events --since 1h --until 0s
expect out matches "^[0-9-]+ [0-9:.]+ container create [0-9a-f]{64} \(image=busybox:1.36, name=$project-web-1\)$"
expect out matches " container start [0-9a-f]+ \(.*name=$project-other-1\)"
must run stackctl events --since 1h --until 0s web
expect out contains "$project-web-1"
expect out lacks "$project-other-1"
must run stackctl events --since 1h --until 0s 'w*' --json
check "JSON has Docker Compose's keys and ours" jq -se --arg p "$project" 'all(.time and .type == "container"
    and .service == "web" and (.id | length) == 64 and .action and .attributes.name == "\($p)-web-1"
    and .project == $p and .name == "\($p)-web-1")' "$work/out"
run stackctl events --since yesterday-ish
expect_status 2
run stackctl -H "unix://$work/none.sock" events
expect_status 9

# --- a reader that goes away ends it ---

check "it ends with its reader" \
    timeout 20 sh -c "'$STACKCTL' events --since 1h | head -n 1 | grep -q 'container create'"

# --- as it happens, through an engine that goes away ---

between() { # a connection to the engine that can be cut, by killing $between
    python3 "$here/count-requests.py" "$work/cut.sock" "${DOCKER_HOST#unix://}" "$work/requests" &
    between=$!
    background+=("$between")
    wait_for 10 test -S "$work/cut.sock" || exit 1
}
told() { # SIGNAL: the event of this signal was told
    grep -q "\"signal\":\"$1\"" "$work/told"
}

between
in_background "$work/told" env DOCKER_HOST="unix://$work/cut.sock" "$STACKCTL" events --json web
send() { docker kill -s "$1" "$project-web-1" > /dev/null; }
first() { send 23 && told 23; }
wait_for 20 first || failed "events are told as they happen"
kill -KILL "$between"
wait "$between" 2> /dev/null
rm -f "$work/cut.sock"
wait_for 20 grep -q 'the stream of events broke' "$work/told" || failed "a break is told"
send 17
send 28
between
wait_for 20 told 28 || failed "it goes on after a break"
check "what happened meanwhile is told" told 17
send 18
wait_for 20 told 18 || failed "and what happens after"
check "nothing is told twice" same 1 "$(grep -c '"signal":"28"' "$work/told")"
check "nothing is said to be missing" same 0 "$(grep -c 'has forgotten' "$work/told")"
docker kill "$project-web-1" > /dev/null
wait_for 20 grep -q '"action":"die"' "$work/told"
check "how it ended is in words of the system" \
    sh -c "grep '^{' '$work/told' | jq -se '.[] | select(.action == \"die\") | .ended
        | .how == \"killed\" and .signal == 9 and .signal_name == \"SIGKILL\" and .exit_code == 137'"
kill -INT "$pid"
wait_exit "$pid" 20
expect_status 130
