#!/usr/bin/env bash
# Podman's socket: what a working day needs passes there, too.
. "$(dirname "$0")/lib.sh"
command -v podman > /dev/null || skip "no podman"
[ "$(id -u)" = 0 ] || skip "not root: podman would need namespaces of its own"
busybox=$(command -v busybox) || skip "no busybox to make an image of"
unset DOCKER_HOST
export COMPOSE_PROJECT_NAME=$project CONTAINERS_CONF=$work/containers.conf
image=localhost/it-podman:1
# Limits that any machine allows; podman's own may be higher than ours.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' > "$CONTAINERS_CONF"
pod() {
    podman --root "$work/root" --runroot "$work/runroot" --network-config-dir "$work/networks" --storage-driver vfs \
        --cgroup-manager cgroupfs --events-backend file --log-level error "$@"
}
trap 'result=$?; stackctl down -v -t 0 > /dev/null 2>&1; pod rm -fa -t 0 > /dev/null 2>&1; (exit $result); finish' EXIT

mkdir -p "$work/image/bin" "$work/image/tmp"
cp "$busybox" "$work/image/bin/busybox"
for applet in sh sleep echo cat true touch test; do ln -s busybox "$work/image/bin/$applet"; done
tar -C "$work/image" -c . | pod import -q - $image > /dev/null 2> "$work/why" || skip "podman imports nothing: $(tail -n 1 "$work/why")"
pod run --rm --network none $image true > /dev/null 2> "$work/why" ||
    skip "podman runs nothing here: $(tail -n 1 "$work/why")"
pod system service --time=0 "unix://$work/podman.sock" > "$work/podman.log" 2>&1 < /dev/null &
background+=($!)
wait_for 20 curl -fs --unix-socket "$work/podman.sock" -o /dev/null http://podman/_ping || exit 1
export DOCKER_HOST=unix://$work/podman.sock

stack podman << END
services:
  web:
    image: $image
    command: [sh, -c, "echo hello; sleep 1000"]
    stop_grace_period: 0s
    depends_on: { db: { condition: service_healthy } }
    volumes: ["data:/data"]
    environment: { A: b }
  db:
    image: $image
    command: [sh, -c, "echo up; touch /up; sleep 1000"]
    stop_grace_period: 0s
    healthcheck: { test: [CMD, test, -e, /up], interval: 1s }
volumes: { data: }
END
cd "$work/podman" || exit 1
must run stackctl up -d --wait
run stackctl ps
expect out matches "^$project-db-1 .* Up "
expect out matches "^$project-web-1 .* Up "
run stackctl logs --no-color
expect out matches '^web-1 +\| hello'
run stackctl up -d
expect_status 0
expect err contains "nothing to change"
if stackctl help | grep -q '^ *exec '; then
    run stackctl exec -T web sh -c 'echo "$A"; exit 7'
    expect_status 7
    expect out contains b
fi
must run stackctl up -d --scale web=2
run stackctl restart web
expect_status 0
sed -i 's/A: b/A: c/' compose.yaml
must run stackctl up -d
expect err contains "Container $project-web-1  Recreated"
run stackctl images
expect out contains localhost/it-podman
must run stackctl stop
must run stackctl start
must run stackctl down -v
run stackctl ps -aq
check "nothing is left" test -z "$out"
check "no volume is left" test -z "$(pod volume ls -q)"
check "no network is left" test -z "$(pod network ls -q | grep "$project")"
