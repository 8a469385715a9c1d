#!/usr/bin/env bash
# Whichever request to the engine fails, up --on-failure rollback leaves all as it was. No engine is needed.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"
run python3 "$here/faults.py" "$STACKCTL"
expect_status 0
