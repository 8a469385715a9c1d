#!/usr/bin/env bash
# run.sh — all tests, from a fresh clone: installs what is missing, builds, starts an engine of its own
# for the time of the tests, and ends with one line of summary. Arguments go to ctest (-R shop).
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/host.sh

test_packages="check clang libclang-rt-14-dev valgrind jq python3 python3-jsonschema python3-yaml tmux mandoc iproute2 curl
    ca-certificates busybox-static openssh-server openssl apache2-utils podman docker.io"
engine=tests/support/engine.sh
results=$PWD/build/tests.xml

count() { # ATTRIBUTE of the whole run
    tr '\n' ' ' < "$results" | grep -o "$1=\"[0-9]*\"" | head -n 1 | tr -dc 0-9
}

packages="$build_packages $test_packages"
! have dockerd || packages=${packages%docker.io} # whichever engine this one came with
install_without_services $packages
build asan
build release

say "starting an engine for the tests"
trap '$engine stop' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
$engine start || die "no engine for the tests could be started"

say "running the tests"
export STK_ENGINE_TESTS=1 # those that want an engine may use the one of DOCKER_HOST
status=0
$engine run ctest --test-dir build/asan --output-on-failure --no-tests=error -j "$(nproc)" \
    --output-junit "$results" "$@" || status=$?

total=$(count tests) failed=$(count failures) skipped=$(count skipped)
say "all $total tests have run"
echo "tests: $((total - failed - skipped)) passed, $failed failed, $skipped skipped"
exit $status
