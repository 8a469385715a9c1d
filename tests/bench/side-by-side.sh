#!/usr/bin/env bash
# side-by-side.sh [STACKCTL] — plays six situations with this program and with Docker Compose, in turns and on the
# same engine, and prints a table of what came of them. DOCKER_COMPOSE names the other program; without it
# `docker compose` is tried. ROUNDS (3) is how often; the seconds are the median, of exit statuses all that came.
#
#   tests/support/engine.sh start
#   tests/support/engine.sh run tests/bench/side-by-side.sh build/release/src/stackctl
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
stackctl=$(realpath "${1:-$top/build/release/src/stackctl}")
rounds=${ROUNDS:-3}
image=busybox:1.36
work=$(mktemp -d)
project=bench-$$
holder=$project-holder

die() { echo "side-by-side: $*" >&2; exit 1; }
[ -x "$stackctl" ] || die "no program '$stackctl'"
docker version > /dev/null 2>&1 || die "no engine at ${DOCKER_HOST:-the default socket}"
docker image inspect $image > /dev/null 2>&1 || docker pull -q $image > /dev/null || die "cannot pull $image"
if [ -n "${DOCKER_COMPOSE:-}" ]; then
    other=("$DOCKER_COMPOSE")
else
    docker compose version > /dev/null 2>&1 || die "no Docker Compose v2; DOCKER_COMPOSE may name one"
    other=(docker compose)
fi
export COMPOSE_PROJECT_NAME=$project NO_COLOR=1

of="label=com.docker.compose.project=$project"
clean() {
    local ids
    ids=$(docker ps -aq --filter "$of") && [ -z "$ids" ] || docker rm -fv $ids > /dev/null
    ids=$(docker network ls -q --filter "$of") && [ -z "$ids" ] || docker network rm $ids > /dev/null
}
finish() { clean; docker rm -f "$holder" > /dev/null 2>&1; rm -rf "$work"; }
trap finish EXIT
trap 'exit 130' INT TERM

# --- running one of the two; each leaves a line "STATUS MILLISECONDS" and what it said ---

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# Runs the tool as from a terminal's shell; its words go to $work/said.
tool() { # NAME ARGUMENTS...
    local name=$1
    shift
    if [ "$name" = stackctl ]; then
        exec env --default-signal=INT "$stackctl" "$@" > "$work/said" 2>&1 < /dev/null
    else
        exec env --default-signal=INT "${other[@]}" "$@" > "$work/said" 2>&1 < /dev/null
    fi
}

timed() { # NAME ARGUMENTS...
    local began status=0
    began=$(now_ms)
    (tool "$@") || status=$?
    result="$status $(($(now_ms) - began))"
}

# "db running, web exited 1": by service, of what is there
left() {
    docker ps -a --filter "$of" --format '{{.Label "com.docker.compose.service"}} {{.Status}}' | sort |
        sed -E 's/ Up .*\(([a-z: ]+)\)/ runs (\1)/; s/ Up .*/ runs/; s/ Exited \(([0-9]+)\).*/ exited \1/;
            s/ Restarting.*/ restarts/; s/health: //; s/ Created.*/ created/' | paste -sd, | sed 's/,/, /g'
}

# The line that tells most: the first that words an error, or else speaks of one, or else the last.
gist() {
    local line
    line=$(grep -m 1 -E '(^|: )error: |Error response|panic' "$work/said" ||
        grep -m 1 -iE '(^|[^a-z])error|unhealthy|exited \(|fail' "$work/said" || grep . "$work/said" | tail -n 1)
    sed -E "s/${project}[-_]//g; s/^ +//; s/ +/ /g; s/\|/\\\\|/g" <<< "$line" | cut -c 1-150
}

# --- the six situations: a stack on standard output, then what is done with it ---

service() { # NAME COMMAND...
    printf '  %s:\n    image: %s\n    init: true\n    stop_grace_period: 1s\n    command: [sh, -c, "%s"]\n' "$1" $image "$2"
}

chain_is="five services in a chain, ready in 0.3 s, checked every 5 s"
chain_play() {
    local before='' s
    {
        echo services:
        for s in s1 s2 s3 s4 s5; do
            service $s 'sleep 0.3; touch /tmp/up; sleep 1000'
            echo '    healthcheck: { test: [CMD, test, -e, /tmp/up], interval: 5s }'
            [ -z "$before" ] || echo "    depends_on: { $before: { condition: service_healthy } }"
            before=$s
        done
    } > compose.yaml
    timed "$1" up -d --wait
}

crash_is="a service that crashes again and again, \`up --wait\`"
crash_play() {
    { echo services:; service web 'echo no config file; sleep 0.3; exit 1'; echo '    restart: always'; } > compose.yaml
    timed "$1" up -d --wait
}

job_is="a job that ends well beside a service, \`up --wait\`"
job_play() {
    { echo services:; service migrate true; service web 'sleep 1000'; } > compose.yaml
    timed "$1" up -d --wait
}

five() { # VERSION
    local s
    echo services:
    for s in s1 s2 s3 s4 s5; do
        service $s 'sleep 1000'
        echo "    environment: { V: '$1' }"
    done
}
ids() { docker ps -q --no-trunc --filter "$of" | sort; }
tag_is="an update of five services, one with a tag that there is not"
tag_play() {
    five 1 > compose.yaml
    (tool "$1" up -d) || die "the first up of '$tag_is' failed: $(cat "$work/said")"
    local before
    before=$(ids)
    five 2 | sed "0,/image: .*/s||image: ${STACKCTL_TEST_REGISTRY:-127.0.0.1:1}/busybox:no-such-tag|" > compose.yaml
    timed "$1" up -d
    note="of 5 containers $(comm -12 <(echo "$before") <(ids) | wc -l) as before"
}

port_is="a host port that another container holds"
port_play() {
    { echo services:; service first 'sleep 1000'; service web 'sleep 1000'; echo '    ports: ["18991:80"]'
        echo '    depends_on: [first]'; } > compose.yaml
    timed "$1" up -d
}

running() { [ -n "$(docker ps -q --filter "$of" --filter "label=com.docker.compose.service=db")" ]; }
interrupt_is="\`up\` interrupted once while it waits for a health check (seconds from then on)"
interrupt_play() {
    { echo services:; service db 'sleep 1000'; echo '    healthcheck: { test: [CMD, "false"], interval: 5s, retries: 100 }'
        service web 'sleep 1000'; echo '    depends_on: { db: { condition: service_healthy } }'; } > compose.yaml
    local pid status=0 began tries=0
    (tool "$1" up) &
    pid=$!
    until running || [ $((tries += 1)) -gt 300 ]; do sleep 0.1; done
    began=$(now_ms)
    kill -INT $pid
    wait $pid || status=$?
    result="$status $(($(now_ms) - began))"
}

# --- the rounds and the table ---

play() { # SITUATION TOOL
    clean
    mkdir -p "$work/$1" && cd "$work/$1" || exit 1
    note=
    "$1_play" "$2"
    echo "$result" >> "$work/$1.$2.results"
    gist > "$work/$1.$2.said"
    [ -n "$note" ] || note=$(left)
    echo "${note:-nothing}" > "$work/$1.$2.left"
    clean
}

row() { # SITUATION TOOL NAME
    local file=$work/$1.$2 is=$1_is
    printf '| %s | %s | %s | %s | %s | %s |\n' "${!is}" "$3" \
        "$(cut -d' ' -f1 "$file.results" | sort -nu | paste -sd/)" \
        "$(cut -d' ' -f2 "$file.results" | sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", v[int((NR + 1) / 2)] / 1000 }')" \
        "$(cat "$file.said")" "$(cat "$file.left")"
}

docker run -d --name "$holder" --init -p 18991:80 $image sleep 100000 > /dev/null || die "cannot hold port 18991"
situations=(chain crash job tag port interrupt)
for round in $(seq "$rounds"); do
    for situation in "${situations[@]}"; do
        for name in stackctl other; do
            echo "round $round: $situation, $name" >&2
            play "$situation" $name
        done
    done
done
printf '%s\n' "| situation | with | exit status | seconds | it said | left |" "|---|---|---|---|---|---|"
version=$("${other[@]}" version --short)
for situation in "${situations[@]}"; do
    row "$situation" stackctl stackctl
    row "$situation" other "Docker Compose $version"
done
