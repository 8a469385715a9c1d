#!/usr/bin/env bash
# What a command costs: with nothing to do, up asks the engine as often for 12 services as for 3, at
# most five times; plan only reads; commands that need no engine do not look for one.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"

DOCKER_HOST=unix:///nonexistent.sock run stackctl version
expect_status 0
expect out contains stackctl
DOCKER_HOST=unix:///nonexistent.sock run stackctl help
expect_status 0
expect out contains up
DOCKER_HOST=unix:///nonexistent.sock run stackctl up --help
expect_status 0
stack config << 'END'
services:
  web: { image: busybox }
END
DOCKER_HOST=unix:///nonexistent.sock run stackctl config
expect_status 0
expect out contains busybox

# nor load what only talking to one needs
loads() { LD_DEBUG=files "$STACKCTL" "$@" 2>&1 | grep -cE 'lib(curl|archive|crypto)\.so'; }
check "version loads no library for HTTP, archives or secrets" same 0 "$(loads version)"
loads_curl() { LD_DEBUG=files "$STACKCTL" "$@" 2>&1 | grep -cE 'lib(curl|archive)'; }
check "config loads no library for HTTP or archives" same 0 "$(loads_curl config -q)"

need_engine
need_image busybox:1.36
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine is not at a socket of this machine" ;;
esac

python3 "$here/count-requests.py" "$work/counted.sock" "${DOCKER_HOST#unix://}" "$work/requests" &
background+=($!)
wait_for 10 test -S "$work/counted.sock" || exit 1

counted() { # COMMAND...
    : > "$work/requests"
    DOCKER_HOST=unix://$work/counted.sock run "$@"
}

several() { # N: a stack of so many services, a chain of three and the rest beside it
    local i
    echo services:
    for ((i = 1; i <= $1; i++)); do
        printf '  s%d:\n    image: busybox:1.36\n    init: true\n    command: sleep 600\n    stop_grace_period: 1s\n' "$i"
        if [ "$i" -gt 1 ] && [ "$i" -le 3 ]; then printf '    depends_on: [s%d]\n' $((i - 1)); fi
    done
}

counted stackctl version
expect_status 0
check "version only says hello, not: $(tr '\n' ';' < "$work/requests")" same "GET /_ping" "$(cut -d' ' -f1,2 "$work/requests")"

for n in 3 12; do
    export COMPOSE_PROJECT_NAME=$project
    several $n | stack "s$n"
    cd "$work/s$n" || exit 1
    must run stackctl up -d
    counted stackctl up -d
    expect_status 0
    eval "count_$n=$(wc -l < "$work/requests")"
    check "at most five requests for $n services, not these: $(tr '\n' ';' < "$work/requests")" \
        test "$(wc -l < "$work/requests")" -le 5
    check "the requests were seen" test -s "$work/requests"
    check "nothing but reading" test "$(grep -cvE '^(GET|HEAD) ' "$work/requests")" -eq 0
    sed 's/sleep 600/sleep 601/' compose.yaml > changed.yaml
    counted stackctl -f changed.yaml plan
    expect out contains s1
    check "plan only reads" test "$(grep -cvE '^(GET|HEAD) ' "$work/requests")" -eq 0
    check "ps loads no library for HTTP, archives or secrets" same 0 "$(loads ps)"
    counted stackctl logs
    expect_status 0
    check "logs asks for no times that nobody sees" test "$(grep -c timestamps=1 "$work/requests")" -eq 0
    counted stackctl logs -t
    check "logs -t does" test "$(grep -c timestamps=1 "$work/requests")" -eq "$n"
    must run stackctl down
done
check "as many for 12 services ($count_12) as for 3 ($count_3)" same "$count_3" "$count_12"
