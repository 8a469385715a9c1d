#!/usr/bin/env bash
# What watch brings over: to every instance, large files, what can be read of a tree; and what it takes away, also
# what went while nobody watched. Images that rebuilds leave without a name go.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36

stack files << END
name: $project
services:
  web:
    image: busybox:1.36
    command: [sh, -c, 'mkdir -p /app; echo own > /app/own; sleep 1000']
    init: true
    stop_grace_period: 1s
    scale: 2
    develop: {watch: [{path: ./src, action: sync, target: /app}, {path: ./one, action: sync, target: /one}]}
END
mkdir -p src/d
echo a > src/a
echo f > src/d/f
log=$work/log
says() { grep -qF -- "$1" "$log"; }
both_have() { local n; for n in 1 2; do [ "$(docker exec "$project-web-$n" cat "$1")" = "$2" ] || return 1; done; }
both_lack() { local n; for n in 1 2; do ! docker exec "$project-web-$n" test -e "$1" || return 1; done; }
begin() { # COMMAND...
    in_background "$log" "$@"
    wait_for 60 says "Watch enabled"
}
end() {
    kill -INT "$pid"
    wait_exit "$pid" 20
}

begin "$STACKCTL" watch
echo b > src/b
echo 1 > one
wait_for 20 both_have /app/b b
wait_for 20 both_have /one 1

# --- large files go out as they are read ---

head -c 40M /dev/urandom > "$work/big"
sum=$(md5sum < "$work/big")
mv "$work/big" src/big
got() { [ "$(docker exec "$project-web-1" md5sum /app/big)" = "${sum%-}/app/big" ]; }
wait_for 30 got
rm src/big
wait_for 20 both_lack /app/big

# --- a folder that goes takes with it what came from it, and nothing else ---

mv src aside
wait_for 20 says "src' is gone; it is watched for"
wait_for 20 both_lack /app/a
check "what the container had by itself stays" both_have /app/own own
mv aside src
wait_for 20 both_have /app/d/f f
rm one
wait_for 20 both_lack /one

# --- what went while nobody watched ---

end
rm -r src/d
: > src/new
begin "$STACKCTL" watch
wait_for 20 both_lack /app/d
wait_for 20 both_have /app/new ""
check "what the container had by itself stays" both_have /app/own own
check "what is there stays" both_have /app/a a
rm src/new src/b
wait_for 20 both_lack /app/b
docker rm -f "$project-web-2" > /dev/null
must run stackctl up -d
echo c > src/c
wait_for 20 both_have /app/c c

# --- what cannot be read is told, the rest is brought over ---

end
cannot_read=(setpriv --bounding-set=-dac_override,-dac_read_search)
: > "$work/closed" && chmod 0 "$work/closed"
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null && ! "${cannot_read[@]}" cat "$work/closed" 2> /dev/null; then
    begin env ASAN_OPTIONS=detect_leaks=0 "${cannot_read[@]}" "$STACKCTL" watch
    mkdir -m 0 src/e
    (umask 777 && echo x > src/aa)
    echo z > src/z
    wait_for 20 both_have /app/z z
    wait_for 20 says "cannot read '$PWD/src/aa': Permission denied"
    check "with its place" grep -q "compose.yaml:9: not copied to '$project-web-[12]'" "$log"
    end
    rm -rf src/e src/aa
fi
must run stackctl down -t 0

# --- images that a rebuild leaves without a name ---

stack built << END
name: $project
services:
  made:
    build: .
    image: $project-made
    init: true
    stop_grace_period: 1s
    develop: {watch: [{path: ., action: rebuild}]}
END
dockerfile() { printf 'FROM busybox:1.36\nCMD ["sh", "-c", "echo %s; sleep 1000"]\n' "$1" > Dockerfile; }
runs() { docker logs "$project-made-1" 2>&1 | grep -q "$1"; }
unnamed() { docker images -q --filter dangling=true --filter "label=com.docker.compose.project=$project" | wc -l; }
dockerfile first
begin "$STACKCTL" watch
dockerfile second
wait_for 30 runs second
none_left() { [ "$(unnamed)" = 0 ]; }
wait_for 10 none_left
end
begin "$STACKCTL" watch --prune=false
dockerfile third
wait_for 30 runs third
dockerfile fourth # its round begins when the one before is over
wait_for 30 runs fourth
check "--prune=false keeps them" test "$(unnamed)" -ge 1
end
must run stackctl down -t 0
docker images -q --filter "label=com.docker.compose.project=$project" | sort -u | xargs -r docker image rm -f > /dev/null 2>&1
[ "$failures" -eq 0 ] || sed 's/^/  log: /' "$log"
