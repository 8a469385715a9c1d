#!/usr/bin/env bash
# exec, run and attach on a terminal: the process has one, too, of the size of ours, and keys are its own; the detach
# keys leave it running; ours is as before in the end.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3 for a terminal"
export COMPOSE_PROJECT_NAME=$project

stack terminal << 'END'
services:
  shell:
    image: busybox:1.36
    tty: true
    stdin_open: true
    stop_grace_period: 0s
    command: [sh, -c, "trap 'stty size' WINCH; PS1='inside> ' exec sh"]
  quiet:
    image: busybox:1.36
    init: true
    stop_grace_period: 0s
    command: [sleep, "100000"]
END
must run stackctl up -d
run python3 "$here/terminal.py" "$STACKCTL"
expect_status 0
[ "$status" -eq 0 ] || echo "$out$err"
check "what was left goes on" same running "$(state shell .State.Status)"
check "nothing is left of run" same 2 "$(count_of)"
