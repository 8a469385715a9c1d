#!/usr/bin/env bash
# run.sh [--rounds N] [--page FILE] [ROW...] — how fast the program is, beside Docker Compose and beside what the engine
# itself takes: a table, and all samples as JSON in build/bench.json. Rows are named as in the table's first column,
# globs are fine; all of them take some minutes. --page puts the table into that file, as docs/benchmarks.md has it.
#
#   DOCKER_HOST     the engine, on a socket of this machine; a private one of the tests' when not set
#   DOCKER_COMPOSE  a docker-compose to compare with; else the one on PATH, if any
#   STACKCTL        the program; else the release preset is built
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"
if [ -z "${STACKCTL:-}" ]; then
    cmake --preset release > /dev/null
    cmake --build --preset release > /dev/null
    export STACKCTL=$top/build/release/src/stackctl
fi
"$top/tests/support/engine.sh" start
exec "$top/tests/support/engine.sh" run python3 "$here/run.py" --json "$top/build/bench.json" "$@"
