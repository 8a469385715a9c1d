#!/usr/bin/env bash
# What logs shows: both streams apart, a container that is replaced while it is followed, and one whose
# health check prints what no text should hold.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
cd "$work" || exit 1
export COMPOSE_PROJECT_NAME=$project

stack() { # GREETING
    cat > compose.yaml << END
services:
  talk:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sh, -c, "echo $1; echo $1 too >&2; sleep 600"]
    healthcheck: { test: ["CMD", "printf", 'a\\\\0b'], interval: 1s }
  after:
    image: busybox:1.36
    command: [echo, "after"]
    depends_on: { talk: { condition: service_healthy } }
END
}

# a NUL in what the check prints hurts nobody
stack hello
run stackctl up -d
expect_status 0
run stackctl logs talk
expect_status 0
expect out matches '^talk-1 +\| hello$'
expect out lacks 'too'
expect err matches '^talk-1 +\| hello too$'

# one whose log nobody keeps is a warning; the others are shown
cat > mute.yaml << 'END'
services:
  mute: { image: "busybox:1.36", command: [echo, unheard], logging: { driver: none } }
END
must run stackctl -f compose.yaml -f mute.yaml up -d
run stackctl -f compose.yaml -f mute.yaml logs mute after
expect_status 0
expect err contains "warning: logs of '$project-mute-1'"
expect out matches '^after-1 +\| after$'

# followed over a replacement
"$STACKCTL" logs -f talk > followed 2> followed.err &
follower=$!
background+=("$follower")
wait_for 20 grep -q hello followed
stack bye
must run stackctl up -d --no-deps --remove-orphans talk
wait_for 20 grep -q bye followed
check "the first lines came once" same 1 "$(grep -c hello followed)"
check "the new lines came once" same 1 "$(grep -c bye followed)"

# while nothing happens it sleeps, and so do its limits on what is over
naps() { cat /proc/"$follower"/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { print n }'; }
slept() { # through two seconds
    local before
    before=$(naps)
    sleep 2
    same "$before" "$(naps)"
}
wait_for 30 slept

# and it ends when nobody reads it any more, though nobody writes
mkfifo pipe
"$STACKCTL" logs -f talk > pipe 2> /dev/null &
unread=$!
background+=("$unread")
head -n 1 pipe > first
check "a line came" grep -q bye first
wait_for 20 gone "$unread"
run stackctl down
expect_status 0
wait_for 20 eval '! kill -0 $follower 2> /dev/null'
wait "$follower"
check "logs -f ends well with its containers" same 0 $?
