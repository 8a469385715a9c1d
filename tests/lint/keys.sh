#!/bin/sh
# keys.sh PRINTER PAGE — the reference of keys is what the tables print.
set -eu
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$1" "$made"
diff -u "$2" "$made" || {
    echo "the reference of keys is not current: build the target 'schema'"
    exit 1
}
