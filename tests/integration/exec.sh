#!/usr/bin/env bash
# exec is as a command run here: its output, its input, its exit code, its terminal, and nothing else.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project

stack inside << 'END'
services:
  web:
    image: busybox:1.36
    init: true
    scale: 2
    stop_grace_period: 1s
    command: [sleep, "100000"]
  ended: { image: "busybox:1.36", command: ["true"] }
END
must run stackctl up -d
wait_for 10 same exited "$(state ended .State.Status)"

# the two streams, and the exit code
run stackctl exec web sh -c 'echo out; echo err >&2; exit 7'
expect_status 7
check "output is stdout's" same out "$out"
check "errors are stderr's" same err "$err"
run stackctl exec web sh -c 'kill -9 $$'
expect_status 137

# options end where the command begins
run stackctl exec -u nobody -w /etc -e A=b -e C=d web sh -c 'echo $(id -un) $(pwd) $A$C "$@"' -e -x -- y
expect_status 0
check "user, folder, variables, words" same "nobody /etc bd -x -- y" "$out"
run env PASSED=on "$STACKCTL" exec -e PASSED -e NOT_SET web env
expect out contains PASSED=on
expect out lacks NOT_SET
run stackctl exec --index 2 web hostname
check "--index picks" same "$(docker inspect -f '{{.Config.Hostname}}' "$(container web 2)")" "$out"
docker exec --privileged "$(container web)" true > /dev/null 2>&1 # not everywhere is it allowed
may=$?
run stackctl exec --privileged web true
expect_status $may
run stackctl exec -d web sh -c 'echo $$ > /tmp/detached; sleep 1000'
expect_status 0
check "-d says nothing" same "" "$out$err"
wait_for 10 stackctl exec web test -s /tmp/detached

# input without any flag, byte for byte, in either direction and in bounded memory
check "input arrives" same x "$(echo x | stackctl exec web cat)"
check "an end is read" same 0 "$(stackctl exec web wc -c < /dev/null)"
mkfifo "$work/silent"
exec 9<> "$work/silent"
check "no input, no waiting" same 0 "$(timeout 20 "$STACKCTL" exec -i=false web wc -c <&9)"
head -c 100000000 /dev/urandom > "$work/big"
stackctl exec web cat < "$work/big" | cmp - "$work/big" || failed "100 MB come back as they were"
if [ -x "${STACKCTL_PLAIN:-}" ]; then
    slowly() { (ulimit -v 200000 && "$STACKCTL_PLAIN" exec web cat /dev/zero | (sleep 2; head -c 20000000 | wc -c)); }
    check "a slow reader needs no memory" same 20000000 "$(slowly)"
fi
# who reads no more, and who writes no more
stackctl exec web yes 2> "$work/err" | head -n 1 > "$work/out"
status=${PIPESTATUS[0]} out=$(cat "$work/out") err=$(cat "$work/err")
expect_status 141
check "in silence" same y "$out$err"
check "it need not read" same done "$(stackctl exec web sh -c 'exec <&-; echo done' < "$work/big")"
run bash -c '"$STACKCTL" exec web echo hello > /dev/full'
expect_status 1
expect err contains "error: writing to standard output: No space left on device"

# what cannot be
run stackctl exec web no-such-program
check "no program" [ "$status" -eq 126 -o "$status" -eq 127 ]
run stackctl exec no-such-service true
expect_status 1
expect err contains "error: no such service: no-such-service"
run stackctl exec ended true
expect_status 1
expect err contains "error: service 'ended' is not running: '$project-ended-1' "
run stackctl exec --index 7 web true
expect_status 1
expect err contains "error: service 'web' has no container number 7"
run stackctl exec web
expect_status 2
run stackctl exec -w /no/such/folder web true
check "no folder" [ "$status" -ge 126 ]
run stackctl exec -u no-such-user web true
check "no user" [ "$status" -ne 0 ]
run stackctl --runtime fake exec web true
expect_status 2

# by name alone, without a file and with a broken one
cd "$work" || exit 1
run stackctl -p "$project" exec web echo by-name
check "labels suffice" same by-name "$out"
cd "$work/inside" || exit 1

# a signal ends us, not the command
in_background "$work/log" "$STACKCTL" exec web sh -c 'echo here; exec sleep 98765'
wait_for 10 grep -q here "$work/log" || exit 1
kill -INT "$pid"
wait_exit "$pid" 10
expect_status 130
check "the command goes on" docker exec "$(container web)" sh -c 'ps | grep -q "[9]8765"'

# an engine that goes away in the middle is told
in_background "$work/log" "$STACKCTL" exec web sh -c 'echo here; exec sleep 98764'
wait_for 10 grep -q here "$work/log" || exit 1
docker kill "$(container web)" > /dev/null
wait_exit "$pid" 20
expect_status 137
must run stackctl up -d

# a terminal of its own, when there is one at both ends
command -v tmux > /dev/null || skip "no tmux for a terminal"
screen() { tmux -L "$project" capture-pane -p -t 0; }
shows() { screen | grep -qE -- "$1"; }
prompts() { screen | grep . | tail -n 1 | grep -qE -- "$1"; } # nothing is under way
type_in() { tmux -L "$project" send-keys -t 0 "$@"; }
trap 'tmux -L "$project" kill-server 2> /dev/null; finish' EXIT
tmux -L "$project" -f /dev/null new-session -d -x 91 -y 33 "PS1='here> ' bash --norc" || exit 1
type_in "$STACKCTL exec web sh" Enter
wait_for 10 shows '^/ #'
type_in "tty; stty size" Enter
wait_for 10 shows '^/dev/pts/'
wait_for 10 shows '^33 91$'
tmux -L "$project" resize-window -t 0 -x 77 -y 22
new_size() { type_in "stty size" Enter && shows '^22 77$'; }
wait_for 10 new_size
wait_for 10 prompts '^/ # *$'
type_in "sh -c 'echo asleep; exec sleep 100'" Enter
wait_for 10 shows '^asleep'
type_in C-c
wait_for 10 prompts '^/ # *$'
type_in "echo still here" Enter
wait_for 10 shows '^still here'
type_in "exit 5" Enter
wait_for 10 prompts '^here> *$' # keys typed before would have been the session's
type_in "echo code \$?; stty -a | grep -o '.icanon'; stty -a | grep -ow '.echo'" Enter
wait_for 10 shows '^code 5$'
check "the terminal is as before" eval '! shows "^-icanon|^-echo$"'
type_in "$STACKCTL exec -T web tty; $STACKCTL exec web tty | cat; $STACKCTL exec web tty < /dev/null" Enter
wait_for 10 eval '[ "$(screen | grep -c "^not a tty")" = 3 ]'
