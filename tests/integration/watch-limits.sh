#!/usr/bin/env bash
# What watch does when it cannot do as it should: the kernel lets it watch no more folders, the engine goes away and
# comes back, a watched path is a file, a loop, or not there. It is told, and nothing is lost.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
case ${DOCKER_HOST:=unix:///var/run/docker.sock} in
unix://*) ;;
*) skip "the engine is not at a socket of this machine" ;;
esac

stack limits << END
name: $project
services:
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    develop:
      watch:
        - {path: ./src, action: sync, target: /app}
        - {path: ./later, action: sync, target: /later}
END
mkdir -p src/a/b/c src/d
ln -s .. src/a/up
echo 1 > src/one
log=$work/log
web=$project-web-1
says() { grep -qF -- "$1" "$log"; }
has() { [ "$(docker exec "$web" cat "$1")" = "$2" ]; }
begin() { # COMMAND...
    in_background "$log" "$@"
    wait_for 60 says "Watch enabled"
}
end() {
    kill -INT "$pid"
    wait_exit "$pid" 20
    expect_status 130
}
must run stackctl up -d

# --- more folders than the kernel lets it watch: the limit of a user namespace, so that it is nobody else's ---

few=(unshare --user --map-root-user sh -c 'echo 3 > /proc/sys/user/max_inotify_watches && exec env --default-signal=INT "$@"' sh)
if "${few[@]}" true 2> /dev/null; then
    begin "${few[@]}" "$STACKCTL" watch --no-up
    check "it says which limit, and how to raise it" \
        grep -q "too many folders are watched.*sysctl fs.inotify.max_user_watches=" "$log"
    echo deep > src/a/b/c/deep
    wait_for 20 has /app/a/b/c/deep deep
    echo 2 > src/one
    wait_for 20 has /app/one 2
    end
fi

# --- a link to a folder above is a link; a path that is not there is waited for, whatever it becomes ---

begin "$STACKCTL" watch --no-up
check "what is not there is told with its place" grep -q "compose.yaml:11: '$PWD/later' is not there" "$log"
echo now > src/now
wait_for 20 has /app/now now
ln -s .. src/d/up
wait_for 20 docker exec "$web" test -L /app/d/up
echo file > later
wait_for 20 has /later file
rm later && mkdir later && echo x > later/x
wait_for 20 has /later/x x
end

# --- the engine goes away, and comes back ---

between() {
    python3 "$here/count-requests.py" "$work/cut.sock" "${DOCKER_HOST#unix://}" "$work/requests" &
    between=$!
    background+=("$between")
    wait_for 10 test -S "$work/cut.sock" || exit 1
}
between
begin env DOCKER_HOST="unix://$work/cut.sock" "$STACKCTL" watch --no-up
echo before > src/before
wait_for 20 has /app/before before
kill -KILL "$between"
wait "$between" 2> /dev/null
rm -f "$work/cut.sock"
echo while > src/while
wait_for 60 grep -q "error.*cut.sock" "$log"
check "it goes on watching" kill -0 "$pid"
check "that it is away is said once" same "$(grep -c "error.*cut.sock" "$log")" 1
between
wait_for 30 has /app/while while
check "it says that the engine is back" says "the engine is there again"
rm src/before
wait_for 20 eval '! docker exec "$web" test -e /app/before'
end
must run stackctl down -t 0
[ "$failures" -eq 0 ] || sed 's/^/  log: /' "$log"
