#!/usr/bin/env bash
# Some of the ways in which an exchange with the engine can break (torture.py says what must hold then); all of
# them, in about half an hour, with STACKCTL_TORTURE_SAMPLE=1.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"
need_engine
need_image busybox:1.36
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine is not at a socket of this machine" ;;
esac
export DOCKER_HOST # of lib.sh, which tidies up there; torture.py puts its proxy there

last="torture.py"
if ! python3 "$here/torture.py" "$STACKCTL" "${DOCKER_HOST#unix://}" "$work" \
    --sample "${STACKCTL_TORTURE_SAMPLE:-15}" --jobs "$(nproc)" > "$work/out" 2>&1; then
    failed "every command must come through"
fi
tail -n 1 "$work/out"
