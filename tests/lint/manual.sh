#!/bin/sh
# manual.sh PRINTER FOLDER — the manual is what the program's tables print, and mandoc likes it.
set -eu
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$1" < "$2/stackctl.1.in" > "$made"
diff -u "$2/stackctl.1" "$made" || {
    echo "the manual is not current: build the target 'manual'"
    exit 1
}
command -v mandoc > /dev/null || { echo "skipped: no mandoc to check the manual with"; exit 77; }
mandoc -T lint -W warning "$made"
