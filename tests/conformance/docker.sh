#!/bin/sh
# docker.sh CONFORMANCE [CASE...] — runs the conformance suite on a Docker Engine: the one at DOCKER_HOST
# or the default socket. Makes the image the cases run, and removes it again. CONFORMANCE_PULL names an
# image that is not there and can be pulled; without it, pulling is not tried.
set -u
program=$1
shift
skip() {
    echo "skipped: $1"
    exit 77
}
image=stackctl-conformance:1
command -v docker > /dev/null || skip "no docker command to make the image with"
docker version > /dev/null 2>&1 || skip "no Docker Engine at ${DOCKER_HOST:-unix:///var/run/docker.sock}"
busybox=$(command -v busybox) || skip "no busybox to make the image from (Debian: busybox-static)"
! ldd "$busybox" > /dev/null 2>&1 || skip "$busybox is not a static one (Debian: busybox-static)"

# The cases' names and ports are fixed, so that a run finds what a killed one left: one run at a time.
exec 9> "${TMPDIR:-/tmp}/stackctl-conformance.lock"
flock -w 300 9 || skip "another run of this suite does not end"

root=$(mktemp -d)
clean() {
    rm -rf "$root"
    docker image rm -f "$image" > /dev/null 2>&1
}
trap clean EXIT
trap 'exit 130' INT TERM
mkdir "$root/bin" "$root/tmp" "$root/data"
cp "$busybox" "$root/bin/busybox"
for name in sh sleep echo; do ln -s busybox "$root/bin/$name"; done
tar -C "$root" -c . | docker import - "$image" > /dev/null || exit 1
"$program" docker "$@" 9>&-
