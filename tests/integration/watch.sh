#!/usr/bin/env bash
# What changes is brought into containers, restarts, signals or rebuilds them, as the file says; what changes
# nothing does nothing; the stack's own files are applied where they load.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36

loop='trap "exit 0" TERM; trap "echo hup >> /log" HUP; echo start >> /log; while :; do sleep 0.05; done'
stack watch << END
name: $project
services:
  web:
    image: busybox:1.36
    command: [sh, -c, '$loop']
    stop_grace_period: 1s
    develop:
      watch:
        - {path: ./src, action: sync, target: /app, ignore: ["*.log"]}
        - {path: ./one, action: sync+restart, target: /one}
        - {path: ./made, action: sync+exec, target: /made, exec: {command: [sh, -c, 'cat /made >> /log']}}
    x-stackctl:
      watch:
        - {path: ./hup, action: signal, signal: HUP}
        - {path: ./repo, action: restart}
        - {path: ./cfg, action: recreate}
  after:
    image: busybox:1.36
    command: [sh, -c, '$loop']
    stop_grace_period: 1s
    depends_on: {web: {condition: service_started, restart: true}}
  fixed:
    image: busybox:1.36
    command: [sleep, "1000"]
    stop_grace_period: 0s
    read_only: true
    develop: {watch: [{path: ./ro, action: sync, target: /app}]}
  bare:
    image: busybox:1.36
    command: [sh, -c, "rm /bin/rm; sleep 1000"]
    stop_grace_period: 0s
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
END
mkdir src repo ro
echo one > src/a
log=$work/log
web=$project-web-1
says() { grep -qF -- "$1" "$log"; }
starts() { [ "$(docker exec "$1" grep -c start /log)" = "$2" ]; }
has() { [ "$(docker exec "$web" cat "$1")" = "$2" ]; }
lacks() { ! docker exec "$web" test -e "$1"; }

in_background "$log" "$STACKCTL" watch --explain
wait_for 60 says "Watch enabled"

# --- files ---

echo two > src/a
wait_for 10 has /app/a two
mkdir -p src/d/e
echo x > src/d/e/f
ln -s /etc src/link
wait_for 10 has /app/d/e/f x
wait_for 10 docker exec "$web" test -L /app/link
mv src/d src/moved
rm src/link
wait_for 10 has /app/moved/e/f x
wait_for 10 lacks /app/d
wait_for 10 lacks /app/link
check "what a link led to is left alone" docker exec "$web" test -e /etc/passwd
echo noise > src/x.log
echo noise > src/.a.swp
touch src/a
echo y > src/b
wait_for 10 has /app/b y
check "what is ignored is not copied" lacks /app/x.log
check "an editor's noise is not copied" lacks /app/.a.swp
wait_for 10 says "src/.a.swp is ignored"
wait_for 10 says "src/a was touched and is as it was"
wait_for 10 says "what was deleted stays in '$project-bare-1'"
echo x > ro/x
wait_for 10 grep -qE "error: .*$project-fixed-1.*read-only" "$log"

# --- what is done about them ---

docker exec "$web" rm -f /log
echo 1 > hup
wait_for 10 docker exec "$web" grep -q hup /log
echo made > made
wait_for 10 docker exec "$web" grep -q made /log
before=$(docker exec "$project-after-1" grep -c start /log)
echo 1 > one
wait_for 10 starts "$web" 1
wait_for 10 has /one 1
wait_for 10 starts "$project-after-1" $((before + 1))
id=$(container web)
echo 1 > cfg
recreated() { [ -n "$(container web)" ] && [ "$(container web)" != "$id" ] && docker exec "$web" true; }
wait_for 20 recreated
wait_for 10 has /app/moved/e/f x
check "what was copied before is in its successor, too" has /app/a two

# --- a storm is one action ---

# Nothing is under way: the last that was said of both containers is that they were started.
started() { [ "$(grep "Container $1 " "$log" | tail -n 1)" = " Container $1  Started" ]; }
idle() { started "$web" && started "$project-after-1"; }

git() { command git -c user.name=n -c user.email=e -c init.defaultBranch=main -C repo "$@" > /dev/null 2>&1; }
if git init; then
    for ((i = 0; i < 50; i++)); do
        mkdir "repo/$i"
        for ((k = 0; k < 20; k++)); do echo 1 > "repo/$i/$k"; done
    done
    git add -A && git commit -m 1 && git branch first
    for f in repo/*/*; do echo 2 > "$f"; done
    git commit -am 2
    quiet() { local n; idle || return; n=$(grep -c 'Restarting service "web"' "$log"); sleep 1; [ "$n" = "$(grep -c 'Restarting service "web"' "$log")" ]; }
    wait_for 30 quiet
    n=$(grep -c 'Restarting service "web"' "$log")
    git checkout first
    more() { [ "$(grep -c 'Restarting service "web"' "$log")" -gt "$n" ]; }
    wait_for 10 more
    wait_for 30 quiet
    check "a checkout of 1000 files is one restart" same "$(grep -c 'Restarting service "web"' "$log")" $((n + 1))
fi

# --- the stack's own files ---

wait_for 30 idle
began=$(state web .State.StartedAt)
cp compose.yaml "$work/good"
echo "  x: {image: busybox:1.36, command: sleep 100" >> compose.yaml
wait_for 10 says "is left as it is until the files can be read again"
check "what runs is left alone" same "$(state web .State.StartedAt)" "$began"
{ cat "$work/good"; echo "  x: {image: busybox:1.36, command: sleep 1000, stop_grace_period: 0s}"; } > new
mv new compose.yaml
wait_for 20 docker exec "$project-x-1" true
says "create: it does not exist" || failed "the plan must be shown first"
echo "A=1" > .env
wait_for 10 says "nothing to change: what runs is as the files say"
sed -i "s|restart: true}}|&\n    environment: {A: \"\${A}\"}|" compose.yaml
wait_for 20 docker exec "$project-after-1" sh -c '[ "$A" = 1 ]'
echo "A=2" > .env
wait_for 20 docker exec "$project-after-1" sh -c '[ "$A" = 2 ]'

kill -INT "$pid"
wait_exit "$pid" 10
expect_status 130

# --- what changed while it did not run is caught up; --no-up starts nothing ---

echo later > src/later
docker stop -t 1 "$project-after-1" > /dev/null
in_background "$log" "$STACKCTL" watch --no-up web
wait_for 60 says "Watch enabled"
wait_for 10 has /app/later later
check "--no-up starts nothing" same "$(state after .State.Running)" false
kill -INT "$pid"
wait_exit "$pid" 10
run stackctl watch nope
expect_status 1
must run stackctl down -t 0

# --- up --watch: beside the logs; builds ---

run stackctl up --watch -d
expect_status 2
stack built << END
name: $project
services:
  made:
    build: .
    image: $project-made
    stop_grace_period: 1s
    develop: {watch: [{path: ., action: rebuild, ignore: ["no/"]}]}
  web:
    image: busybox:1.36
    command: [sh, -c, 'trap "exit 0" TERM; echo began; while :; do sleep 0.05; done']
    x-stackctl: {watch: [{path: ./res, action: restart}]}
END
dockerfile() { printf 'FROM busybox:1.36\nCMD ["sh", "-c", "trap \\"exit 0\\" TERM; %s; while :; do sleep 0.05; done"]\n' "$1" > Dockerfile; }
dockerfile 'echo made first'
in_background "$log" "$STACKCTL" up --watch
wait_for 60 says "Watch enabled"
wait_for 20 grep -q "made-1 .*made first" "$log"
id=$(container made)
printf 'FROM busybox:1.36\nRUN exit 7\n' > Dockerfile
wait_for 30 says "Rebuilding service \"made\""
wait_for 30 grep -qE "error.*(exit|non-zero).*7|code: 7" "$log"
check "a failing build keeps the container" same "$(container made)" "$id"
dockerfile 'echo made second'
wait_for 30 grep -q "made-1 .*made second" "$log"
check "a build that went well replaces it" test "$(container made)" != "$id"
echo 1 > res
again() { [ "$(grep -c 'web-1.*began' "$log")" = 2 ]; }
wait_for 20 again || failed "the logs of what was restarted must be shown"
kill -INT "$pid"
wait_exit "$pid" 20
expect_status 130
check "all is stopped" same "$(docker ps -q --filter "label=com.docker.compose.project=$project" | wc -l)" 0
must run stackctl down -t 0
docker image rm -f "$project-made" > /dev/null 2>&1
[ "$failures" -eq 0 ] || sed 's/^/  log: /' "$log"
