#!/usr/bin/env bash
# A plan can be trusted: over 300 generated stacks it only reads, up does exactly what it printed, a second up
# has nothing to do, and neither has one from a file that says the same in another way. No engine is needed.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"
run python3 "$here/properties.py" "$STACKCTL" "${STACKS:-300}"
expect_status 0
