#!/usr/bin/env bash
# start-first updates lose no request: a client behind a proxy sees one version or the other all the time; a new
# version that does not get ready leaves the old one serving, and ends with 5. UPDATES (4) is how often.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3 to ask with"
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine's containers cannot be reached from here" ;;
esac
export COMPOSE_PROJECT_NAME=$project

serve() { # VERSION CHECKED [MONITOR]
    stack rolling << END
services:
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 5s
    command: [sh, -c, "mkdir /w; echo $1 > /w/version; exec httpd -f -p 8080 -h /w"]
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/$2"], interval: 1s, retries: 100 }
    deploy: { update_config: { order: start-first, failure_action: rollback, monitor: ${3:-30s} } }
END
}
says() { grep -qx "version $1" "$work/answers"; }
instances() { docker ps -aq --filter "label=com.docker.compose.project=$project" | wc -l; }

serve 1 version
must run stackctl up -d --wait
in_background "$work/answers" python3 "$here/load.py" "${DOCKER_HOST#unix://}" "$project" web 8080
wait_for 20 says 1 || exit 1
for version in $(seq 2 $((${UPDATES:-4} + 1))); do
    serve "$version" version
    must run stackctl up -d
    expect err contains "Container $project-web-1  Recreated"
    wait_for 20 says "$version"
    check "one instance is left" same 1 "$(instances)"
done

# --- the new one does not get ready ---

old=$(container web)
serve bad missing 2s
run stackctl up -d
expect_status 5
expect err contains "service 'web': not ready within 2 s"
expect err contains "Container $project-web-1  Rolled back"
check "the old one is there again" same "$old" "$(container web)"
check "it is the only one" same 1 "$(instances)"
lines=$(wc -l < "$work/answers")
goes_on() { [ "$(wc -l < "$work/answers")" -gt "$lines" ]; }
wait_for 60 goes_on
cp "$work/answers" "$work/out"
check "every request was answered" sh -c "! grep -q nobody '$work/out'"
check "the last answer is the old version's" same "version $version" "$(grep version "$work/out" | tail -n 1)"
must run stackctl down
check "nothing is left" nothing_left
