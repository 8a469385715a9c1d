#!/usr/bin/env bash
# stats, volumes, commit, export and version, from labels alone, with what is wrong told.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq to read JSON with"

stack usage << 'END'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "echo hello > /greeting; touch /up; sleep 1000"]
    stop_grace_period: 0s
    volumes: ["data:/data"]
  job:
    image: busybox:1.36
    command: [sh, -c, "echo done > /result"]
volumes: { data: {} }
END
cd "$work/usage" || exit 1
must run stackctl -p "$project" up -d
wait_for 10 docker exec "$project-web-1" test -e /up
rm compose.yaml
export COMPOSE_PROJECT_NAME=$project

# --- stats ---

must run stackctl stats --no-stream
expect out matches "^CONTAINER ID +NAME +CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS$"
expect out matches "^[0-9a-f]{12} +$project-web-1 +[0-9.]+% +[0-9.]+[KM]iB / [0-9.]+GiB +[0-9.]+% .* [1-9][0-9]*$"
expect out lacks "$project-job-1"
must run stackctl stats --no-stream -a job
expect out matches "^[0-9a-f]{12} +$project-job-1 +0.00% +0B / 0B +0.00% +0B / 0B +0B / 0B +0$"
must run stackctl stats --no-stream --format json --no-trunc web
check "JSON has Docker's keys" jq -e '.ID == .Container and .PIDs == "1" and .CPUPerc and .MemUsage and .MemPerc
    and .NetIO and .BlockIO and (.Name | endswith("-web-1"))' "$work/out"
run stackctl stats nope
expect_status 1
in_background "$work/stats" "$STACKCTL" stats
two_rounds() { [ "$(grep -c "$project-web-1" "$work/stats")" -ge 2 ]; }
wait_for 20 two_rounds || failed "it is told again and again"
kill -INT "$pid"
wait_exit "$pid" 20
expect_status 130
check "no control characters reach a file" sh -c "! grep -q '$(printf '\033')' '$work/stats'"

# --- volumes ---

must run stackctl volumes -q
expect out contains "${project}_data"
must run stackctl volumes job
expect out lacks "${project}_data"
must run stackctl volumes web
expect out matches "^local +${project}_data$"
must run stackctl volumes --format json web
check "JSON has Docker's keys" jq -e '.Driver == "local" and .Scope == "local" and .Mountpoint and .Labels' "$work/out"
run stackctl volumes nope
expect_status 1

# --- commit ---

must run stackctl commit -m hi -c 'ENV A=b' web "$project:one"
check "the image has what was asked for" same "hi b" \
    "$(docker image inspect "$project:one" | jq -r '.[0] | .Comment + " " + (.Config.Env[] | select(startswith("A=")) | .[2:])')"
check "its ID is on standard output" same "$out" "$(docker image inspect -f '{{.Id}}' "$project:one")"
check "the container goes on" same running "$(docker inspect -f '{{.State.Status}}' "$project-web-1")"
docker image rm "$project:one" > /dev/null
run stackctl commit web 'BAD NAME'
expect_status 1
expect err contains "error: committing '$project-web-1':"
run stackctl commit
expect_status 2

# --- export ---

must run stackctl export web -o "$work/web.tar"
check "the archive has the files" same hello "$(tar -xOf "$work/web.tar" greeting)"
check "a stopped container will do" same done "$(stackctl export job 2> "$work/err" | tar -xOf - result)"
run stackctl export web -o "$work/none/web.tar"
expect_status 1
expect err contains "cannot write '$work/none/web.tar'"
run stackctl export web -o /dev/full
expect_status 1
run stackctl export web --index 7
expect_status 1
check "nothing is left beside it" same "$work/web.tar" "$(echo "$work"/web.tar*)"

# --- version ---

must run stackctl version
expect out contains "stackctl version "
expect out matches "^engine: [0-9]+\.[0-9.]+.*, API up to 1\.[0-9]+, linux, at "
must run stackctl -H "unix://$work/none.sock" version
expect out contains "stackctl version "
expect out contains "engine: none (cannot reach the engine at unix://$work/none.sock"
must run stackctl version --format json
check "JSON has both" jq -e '.version and .api.oldest and .engine.version and .engine.api' "$work/out"
for command in stats volumes "commit web" "export web -o $work/x"; do
    # shellcheck disable=SC2086
    run stackctl -H "unix://$work/none.sock" $command
    expect_status 9
done
