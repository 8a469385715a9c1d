#!/bin/sh
# manual.sh PRINTER FOLDER — the manual is what the program's tables print, and mandoc likes it.
set -eu
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$1" < "$2/stackctl.1.in" > "$made/stackctl.1" # its name tells mandoc the section
diff -u "$2/stackctl.1" "$made/stackctl.1" || {
    echo "the manual is not current: build the target 'manual'"
    exit 1
}
command -v mandoc > /dev/null || { echo "skipped: no mandoc to check the manual with"; exit 77; }
mandoc -T lint -W warning "$made/stackctl.1"
