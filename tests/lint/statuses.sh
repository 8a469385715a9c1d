#!/usr/bin/env bash
# statuses.sh SOURCE — every exit status of the table in error.c, and `plan --exit-code`'s, has a test that sees it.
set -u
source=$1
missing=0
seen=$(grep -hoE -- '-> [0-9]+$' "$source"/tests/cases/*.case | grep -oE '[0-9]+'
    grep -hoE 'expect_status [0-9]+' "$source"/tests/integration/*.sh | grep -oE '[0-9]+')
for status in 10 $(grep -oE '^ *\[STK_[A-Z]+\] = \{ [0-9]+' "$source/src/base/error.c" | grep -oE '[0-9]+$' | sort -un); do
    grep -qx "$status" <<< "$seen" && continue
    [ "$status" = 0 ] && continue
    echo "no test sees the exit status $status"
    missing=1
done
exit "$missing"
