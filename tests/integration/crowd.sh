#!/usr/bin/env bash
# Eight stackctl bring one project up at the same time: each ends well and there is one set of containers, network and
# volume; those that may not wait end with 8 and change nothing. ROUNDS (3) is how often.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project

stack crowd << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    stop_grace_period: 0s
    command: [sleep, "1000"]
    volumes: ["data:/data"]
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 0s
    command: [sleep, "1000"]
    scale: 2
    depends_on: [db]
volumes: { data: }
END
crowd() { # ARGUMENTS...: leaves $statuses
    local i pids=()
    statuses=
    for i in 1 2 3 4 5 6 7 8; do
        "$STACKCTL" up -d "$@" > "$work/up.$i" 2>&1 < /dev/null &
        pids+=("$!")
    done
    for i in "${pids[@]}"; do
        status=0
        wait "$i" || status=$?
        statuses="$statuses $status"
    done
    last="up -d $* by eight at once"
    cat "$work"/up.? > "$work/err"
    err=$(cat "$work/err")
}
makers() { grep -l "Container $project-$1  Started" "$work"/up.? | wc -l; }

for _ in $(seq "${ROUNDS:-3}"); do
    crowd --lock-timeout 120
    check "each ends well:$statuses" same "$statuses" " 0 0 0 0 0 0 0 0"
    check "one set of containers" same 3 "$(count_of)"
    for one in db-1 web-1 web-2; do check "one of them made $one" same 1 "$(makers $one)"; done
    expect err lacks rror
    must run stackctl down -v
done

crowd --lock-timeout 0
check "one ends well at least, the others with 8:$statuses" grep -qE '^( [08])*$' <<< "$statuses"
check "one ends well at least:$statuses" grep -q ' 0' <<< "$statuses"
check "one set of containers" same 3 "$(count_of)"
must run stackctl down -v
check "nothing is left" nothing_left
