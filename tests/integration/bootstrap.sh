#!/usr/bin/env bash
# What a new developer needs before and around the first `up`: doctor finds what is wrong and says what to
# type, env makes and checks .env and tells addresses, status shows what is ready.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36

listen=18471
stack boot << END
name: $project
services:
  web:
    image: busybox:1.36
    command: [httpd, -f, -p, "80"]
    init: true
    environment: { TOKEN: "\${APP_TOKEN:?}", LEVEL: "\${LEVEL:-info}", REGION: "\${REGION}" }
    ports: ["$listen:80"]
    healthcheck: { test: [CMD, "true"], interval: 30s }
    depends_on: { job: { condition: service_completed_successfully } }
  job:
    image: busybox:1.36
    command: ["true"]
  bad:
    image: busybox:1.36
    command: [sh, -c, "exit 3"]
    profiles: [bad]
  late:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    profiles: [late]
    x-stackctl: { ready: { file: /up } }
  slow:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    profiles: [slow]
    healthcheck: { test: [CMD-SHELL, "test -e /up || { echo not yet; exit 1; }"], interval: 5s, retries: 1000 }
END

# --- env check and env init ---

run stackctl env check
expect_status 15
expect out matches '^APP_TOKEN +missing +the file requires it'
expect out matches '^LEVEL +default +default'
expect out matches '^REGION +missing'
expect err contains "2 of 3 variables missing"

printf '# who we are\nREGION=eu # where\nDB_PASSWORD=\nAPP_TOKEN=changeme # secret\nMAIL_TO=\nPROXY= # optional\n' > .env.example
run stackctl env init
expect_status 15
expect err contains "generated DB_PASSWORD, APP_TOKEN"
expect err contains "still without a value: MAIL_TO"
check "the file is nobody else's to read" same "$(stat -c %a .env)" 600
check "comments are kept" grep -q '^# who we are$' .env
check "values are kept" grep -q '^REGION=eu # where$' .env
check "a secret is generated" grep -qE '^APP_TOKEN=[0-9a-f]{48}$' .env
check "what may be empty is" grep -qE '^PROXY= # optional$' .env
cp .env first
run stackctl env init
expect_status 15
check "the second time changes nothing" cmp .env first
echo MAIL_TO=me@example.org >> .env
run stackctl env init
expect_status 0
check "what was written stays" grep -q '^MAIL_TO=me@example.org$' .env
check "secrets are stable" same "$(grep APP_TOKEN .env)" "$(grep APP_TOKEN first)"
if [ "$(id -u)" -eq 0 ]; then
    chown 1234 .env && chmod 640 .env
    echo 'MORE=1' >> .env.example
    must run stackctl env init
    check "it stays its owner's" same "$(stat -c %u:%a .env)" 1234:640
    check "and has what is new" grep -q '^MORE=1$' .env
fi
must run stackctl env check
expect out matches '^APP_TOKEN +set +.env'
APP_TOKEN=x run stackctl env check
expect out matches '^APP_TOKEN +set +environment'
run stackctl env check --format json
expect out contains '"name":"LEVEL","state":"default"'
mkdir folder
run stackctl env init --example folder
expect_status 14
expect err contains "cannot read 'folder': Is a directory"
run stackctl env init --example nothing
expect_status 14
mv .env.example kept
ln -s .env.example .env.example
run stackctl env init
expect_status 14
expect err contains ".env.example': Too many levels of symbolic links"
check "nothing was lost" grep -q '^MAIL_TO=me@example.org$' .env
mv -f kept .env.example
if [ "$(id -u)" -ne 0 ]; then
    chmod 000 .env.example
    run stackctl env init
    expect_status 14
    expect err contains "Permission denied"
    chmod 644 .env.example
fi

# --- doctor ---

must run stackctl doctor
expect out matches '^ok +engine +version'
expect out matches '^ok +clock'
expect out matches '^ok +addresses'
expect out matches '^ok +variables'
expect out matches '^ok +ports +1 fixed, all to be had'
must run stackctl doctor --json
expect out contains '"ok":true'
docker run -d --name "$project-holder" --label "com.docker.compose.project=$project-other" \
    --label com.docker.compose.service=holder -p $listen:80 busybox:1.36 sleep 1000 > /dev/null
run stackctl doctor
expect_status 6
expect out contains "$listen of service 'web' is held by container '$project-holder' (project '$project-other')"
expect out contains "fix: stackctl -p $project-other stop holder"
docker rm -f "$project-holder" > /dev/null
mv .env away
run stackctl doctor
expect_status 15
expect out matches '^error +variables +APP_TOKEN is not set, and the file requires it'
mv away .env
run stackctl -H "unix://$work/none.sock" doctor
expect_status 9
expect out matches '^error +engine +cannot reach the engine'
expect out contains "fix: "
mkdir -p "$work/docker"
echo '{"credsStore":"nowhere-to-be-found"}' > "$work/docker/config.json"
DOCKER_CONFIG=$work/docker run stackctl doctor
expect_status 0
expect out contains "'docker-credential-nowhere-to-be-found', which keeps those of all registries, is not in PATH"
printf 'services:\n  a:\n    build: ./nowhere\n' > "$work/build.yaml"
run stackctl -f "$work/build.yaml" doctor
expect_status 17
expect out contains "service 'a' is built from '$work/nowhere', which is no folder"

printf 'services:\n  a:\n    image: busybox:1.36\n  b:\n    image: localhost:1/none:1\n  c:\n    image: nowhere:9\n    pull_policy: never\n' > "$work/images.yaml"
run stackctl -f "$work/images.yaml" doctor
expect_status 18
expect out contains "'localhost:1/none:1' of service 'b' is not here and cannot be pulled: "
expect out contains "fix: the network, or the proxy, of the engine's machine ($work/images.yaml:5)"
expect out contains "'nowhere:9' of service 'c' is not here, and its pull_policy is never"
expect out contains "fix: docker pull nowhere:9"
expect out lacks "service 'a'"
run stackctl -f "$work/images.yaml" --offline doctor --json
expect_status 18
expect out contains "of service 'b' is not here, and nothing is asked of registries"
printf 'services:\n  a:\n    image: busybox:1.36\n    platform: linux/s390x\n' > "$work/images.yaml"
run stackctl -f "$work/images.yaml" doctor
expect_status 0
expect out matches "^warning +images +'busybox:1.36' of service 'a' is for linux/[a-z0-9]+, not for linux/s390x"
expect out matches "fix: docker pull --platform linux/s390x busybox:1.36"
printf 'services:\n  a:\n    image: busybox:1.36\n' > "$work/images.yaml"
must run stackctl -f "$work/images.yaml" doctor
expect out matches '^ok +images +1, 0 of them to be pulled, all to be had'
resolv() { unshare --mount sh -c 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' sh "$@"; }
echo 'nameserver 127.0.0.1' > "$work/resolv.conf"
if [ ! -e /run/systemd/resolve/resolv.conf ] && resolv "$work/resolv.conf" true 2> /dev/null; then
    run resolv "$work/resolv.conf" "$STACKCTL" doctor
    expect out matches '^warning +dns +only this machine itself in'
    : > "$work/resolv.conf"
    run resolv "$work/resolv.conf" "$STACKCTL" doctor
    expect out matches '^warning +dns +no nameserver in'
    echo 'nameserver 192.0.2.1' > "$work/resolv.conf"
    run resolv "$work/resolv.conf" "$STACKCTL" doctor
    expect out matches '^ok +dns +1 in'
fi

# --- status ---

run stackctl status --exit-code
expect_status 5
expect out matches '^web +absent'
in_background "$work/follow" "$STACKCTL" status -w
follower=$pid
wait_for 10 grep -q '^web .*absent' "$work/follow"
must run stackctl up -d --wait
wait_for 30 stackctl status --exit-code # a busy machine may take its time to run the check again
must run stackctl status --exit-code
expect out matches "^web +ready .* 0 +.*:$listen->80/tcp"
expect out matches '^└─ job +done'
wait_for 20 grep -qE '^web +ready' "$work/follow"
check "watching asks only when something happens" test "$(grep -c '^SERVICE' "$work/follow")" -lt 30
kill -INT "$follower"
wait_exit "$follower" 10
check "watching ends by Ctrl-C" same "$status" 130
must run stackctl status --json
expect out contains '"ready":true'
run stackctl --profile bad up -d
run stackctl --profile bad wait --for exited bad
run stackctl --profile bad status bad
expect out matches '^bad +not ready .* exited with code 3'

must run stackctl --profile late up -d late
run stackctl status --exit-code late
expect_status 5
expect out matches '^late +starting'
in_background "$work/follow" "$STACKCTL" --profile late status -w late
follower=$pid
wait_for 10 grep -qE '^late +starting' "$work/follow"
docker exec "$project-late-1" touch /up
wait_for 20 grep -qE '^late +ready' "$work/follow" # no event tells it
kill -INT "$follower"
wait_exit "$follower" 10
must run stackctl status --exit-code late
expect out matches '^late +ready'

must run stackctl --profile slow up -d slow
says_why() { "$STACKCTL" status slow | grep -q 'not yet'; }
wait_for 20 says_why
docker exec "$project-slow-1" touch /up
must run stackctl status slow
expect out matches '^slow +ready'
expect out lacks 'not yet' # what the engine saw last is old

# --- env SERVICE ---

must run stackctl env web
expect out contains 'export WEB_HOST=127.0.0.1'
expect out contains "export WEB_PORT=$listen"
expect out contains "export WEB_PORT_80=$listen"
must run stackctl env --format dotenv
expect out matches "^WEB_PORT=$listen"
must run stackctl env --format json web
expect out contains "\"WEB_PORT\":\"$listen\""
run stackctl env job
expect_status 1
expect err contains "service 'job' has no port on the host"
run stackctl env nope
expect_status 1
