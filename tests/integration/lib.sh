# shellcheck shell=bash
# lib.sh — sourced by every integration test. A test runs the program as a user would, against a real
# engine, and says what is not as it must be:
#
#   run stackctl up -d            runs it; leaves $status, $out and $err
#   expect_status 0               what must hold of the last run; a failure is told and the test goes on
#   expect out contains "TEXT"    out or err; contains, lacks, matches (an extended regular expression)
#   check "what must hold" COMMAND...
#   must run stackctl up -d       the same as run, but the test ends here unless it exits 0
#   wait_for 10 COMMAND...        until COMMAND succeeds, at most that many seconds
#   skip "what is missing"
#
# The environment, set by CMakeLists.txt: STACKCTL, the program under test; STACKCTL_PLAIN, one without
# sanitizers; STACKCTL_BUILD, the build folder of that; STACKCTL_SOURCE, the top of the source tree.
set -u
: "${STACKCTL:?the program under test}" "${STACKCTL_SOURCE:?the top of the source tree}"

here=$(cd "$(dirname "$0")" && pwd)
test=$(basename "$0" .sh)
project=it-$test-$$
work=$(mktemp -d)
export XDG_STATE_HOME=$work/state # what the program remembers goes with the test
failures=0
background=() # processes that this test started

stackctl() { "$STACKCTL" "$@"; }

finish() {
    local status=$? pid
    for pid in "${background[@]}"; do kill "$pid" 2> /dev/null; done
    clean "$project"
    rm -rf "$work"
    [ "$status" -ne 0 ] || [ "$failures" -eq 0 ] || status=1
    [ "$failures" -eq 0 ] || echo "$test: $failures failed"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Removes what a project has on the engine, whoever made it.
clean() { # PROJECT
    local of="label=com.docker.compose.project=$1" ids
    ids=$(docker ps -aq --filter "$of" 2> /dev/null) && [ -z "$ids" ] || docker rm -fv $ids > /dev/null 2>&1
    ids=$(docker network ls -q --filter "$of" 2> /dev/null) && [ -z "$ids" ] || docker network rm $ids > /dev/null 2>&1
    ids=$(docker volume ls -q --filter "$of" 2> /dev/null) && [ -z "$ids" ] || docker volume rm $ids > /dev/null 2>&1
    return 0
}

skip() {
    echo "skipped: $*"
    exit 77
}

need_engine() {
    command -v docker > /dev/null || skip "no docker program to look into the engine with"
    docker version > /dev/null 2>&1 || skip "no engine at ${DOCKER_HOST:-the default socket}"
}

# Images that are not what the test is about: pulled once, so that its time limits hold.
need_image() { # IMAGE...
    local image
    for image in "$@"; do
        docker image inspect "$image" > /dev/null 2>&1 || docker pull -q "$image" > /dev/null ||
            skip "cannot pull $image"
    done
}

# --- running and judging ---

run() {
    last="$*"
    status=0
    "$@" > "$work/out" 2> "$work/err" < /dev/null || status=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
}

must() {
    "$@"
    [ "$status" -eq 0 ] && return
    expect_status 0
    echo "$test: cannot go on"
    exit 1
}

failed() { # WHAT
    failures=$((failures + 1))
    printf 'FAILED: %s\n  command: %s\n  status:  %s\n' "$1" "${last:-}" "${status:-}"
    sed 's/^/  out: /' "$work/out" 2> /dev/null | tail -n 20
    sed 's/^/  err: /' "$work/err" 2> /dev/null | tail -n 20
}

expect_status() { # N
    [ "$status" -eq "$1" ] || failed "exit status must be $1"
}

expect() { # out|err contains|lacks|matches TEXT
    local text
    case $1 in
    out) text=$out ;;
    err) text=$err ;;
    esac
    case $2 in
    contains) grep -qF -- "$3" <<< "$text" ;;
    lacks) ! grep -qF -- "$3" <<< "$text" ;;
    matches) grep -qE -- "$3" <<< "$text" ;;
    esac || failed "not so: $1 $2 '$3'"
}

check() { # WHAT COMMAND...
    local what=$1
    shift
    "$@" > /dev/null 2>&1 || failed "$what ($*)"
}

same() { [ "$1" = "$2" ]; }

# The seconds are what a quiet machine surely needs; a busy one is given PATIENCE times that.
PATIENCE=3
wait_for() { # SECONDS COMMAND...
    local until=$((SECONDS + $1 * PATIENCE))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $until ] || { failed "did not come true in time: $*"; return 1; }
        sleep 0.1
    done
}

# Starts a command that gets SIGINT as from a terminal (a shell ignores it for its background jobs);
# its output goes to the file. Leaves $pid.
in_background() { # FILE COMMAND...
    local file=$1
    shift
    last="$*"
    : > "$file" # now: what an earlier command wrote there must not be taken for this one's
    env --default-signal=INT "$@" > "$file" 2>&1 < /dev/null &
    pid=$!
    background+=("$pid")
}

wait_exit() { # PID SECONDS; leaves $status
    status=0
    wait_for "$2" gone "$1" || { kill -KILL "$1"; }
    wait "$1" || status=$?
}
gone() { ! kill -0 "$1" 2> /dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

# --- looking into the engine ---

container() { # SERVICE [N]: its ID, empty when there is none
    docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$1" --filter "label=com.docker.compose.container-number=${2:-1}"
}
state() { # SERVICE FORMAT; empty when there is no container
    local id
    id=$(container "$1")
    [ -z "$id" ] || docker inspect -f "{{$2}}" "$id"
}
count_of() { # containers of the project, running or not
    docker ps -aq --filter "label=com.docker.compose.project=$project" | wc -l
}
nothing_left() {
    local of="label=com.docker.compose.project=$project"
    [ -z "$(docker ps -aq --filter "$of")$(docker network ls -q --filter "$of")$(docker volume ls -q --filter "$of")" ]
}

# Writes compose.yaml from stdin into a new folder of that name, and goes there.
stack() { # NAME
    mkdir -p "$work/$1"
    cat > "$work/$1/compose.yaml"
    cd "$work/$1" || exit 1
}
