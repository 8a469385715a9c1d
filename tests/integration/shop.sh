#!/usr/bin/env bash
# The whole life of a real stack: up in order, ps, logs, up again, plan, change, down.
. "$(dirname "$0")/lib.sh"
need_engine
need_image postgres:16-alpine redis:7-alpine nginx:alpine busybox:1.36

cp -r "$STACKCTL_SOURCE/examples/shop" "$work/shop"
cd "$work/shop" || exit 1
export SHOP_PORT=18088 COMPOSE_PROJECT_NAME=$project
long="db redis api web"
ids() { for s in $long; do container "$s"; done; }
starts() { for s in $long; do state "$s" .State.StartedAt; done; }
not_before() { # SERVICE FORMAT SERVICE FORMAT: the first moment is not before the second
    [[ ! "$(state "$1" "$2")" < "$(state "$3" "$4")" ]]
}

# up: everything ready, in the order of the needs
must run stackctl up -d --wait
is_healthy() { [ "$(state "$1" .State.Health.Status)" = healthy ]; } # by the engine's own schedule
for s in $long; do
    wait_for 20 is_healthy "$s"
done
check "the job ended well" same "exited 0" "$(state migrate .State.Status) $(state migrate .State.ExitCode)"
check "the job waited for the database" not_before migrate .State.StartedAt db .State.StartedAt
check "the api waited for the job" not_before api .State.StartedAt migrate .State.FinishedAt
check "web waited for the api" not_before web .State.StartedAt api .State.StartedAt
expect err matches "Container $project-web-1 +Started"
expect out lacks "Container"
run curl -fsS "http://localhost:$SHOP_PORT/products"
expect out contains kettle
run curl -fsS "http://localhost:$SHOP_PORT/visits"
expect out contains '"greeting": "welcome"'

# ps
run stackctl ps
expect_status 0
expect out matches '^NAME +.*SERVICE +.*STATUS +PORTS'
expect out matches "$project-web-1 .*healthy.*18088->80/tcp"
expect out lacks migrate
run stackctl ps -a
expect out matches "$project-migrate-1 .*Exited \(0\)"
run stackctl ps --format json
expect_status 0
check "one object a line" same "$(wc -l < "$work/out")" 4
check "each has Docker Compose's fields" jq -se 'all(has("ID") and has("Name") and has("Service") and has("Project")
    and has("State") and has("Status") and has("Health") and has("ExitCode") and has("Image") and has("Command")
    and has("Publishers"))' "$work/out"
check "Publishers tells the port" jq -se --argjson port $SHOP_PORT \
    '.[] | select(.Service == "web") | .Publishers | any(.TargetPort == 80 and .PublishedPort == $port and .Protocol == "tcp")' "$work/out"
run stackctl ps -q
check "ps -q gives IDs" same "$(sort "$work/out" | cut -c1-12)" "$(ids | sort | cut -c1-12)"

# logs: what a container writes to standard error (here the api) comes there, the rest on standard output
run stackctl logs --tail 5 api web
expect_status 0
expect err matches '^api-1 +\| '
expect out matches '^web-1 +\| '
expect out lacks 'db-1'
check "at most five lines of each" test "$(cat "$work/out" "$work/err" | grep -c '^api-1')" -le 5
run stackctl logs --no-log-prefix migrate
expect out matches '^migrated$'

# up again: nothing that runs is touched
before_ids=$(ids) before_starts=$(starts)
must run stackctl up -d
check "the same containers" same "$before_ids" "$(ids)"
check "none was restarted" same "$before_starts" "$(starts)"
wait_for 20 same "exited 0" "$(state migrate .State.Status) $(state migrate .State.ExitCode)"
expect err matches 'Running|othing to change|p to date'

# plan: says what would change, and touches nothing
export SHOP_GREETING=hello
run stackctl plan
expect_status 0
expect out contains api
expect out matches 'environment\.GREETING: .?welcome.? (→|->) .?hello'
check "plan touches nothing" same "$before_ids $before_starts" "$(ids) $(starts)"

# the change: the api alone is made anew
old_api=$(container api) old_db=$(container db) old_web=$(container web) old_redis=$(container redis)
must run stackctl up -d --wait
check "the api is a new container" test "$old_api" != "$(container api)"
check "db, redis and web are not" same "$old_db $old_redis $old_web" "$(container db) $(container redis) $(container web)"
run curl -fsS "http://localhost:$SHOP_PORT/visits"
expect out contains '"greeting": "hello"'

# stop, start, restart, rm
must run stackctl stop web
check "web is stopped" same exited "$(state web .State.Status)"
must run stackctl start web
check "web runs" same running "$(state web .State.Status)"
old=$(state redis .State.StartedAt)
must run stackctl restart redis
check "redis was restarted" test "$old" != "$(state redis .State.StartedAt)"
must run stackctl stop web
must run stackctl rm -f web
check "web is gone" test -z "$(container web)"

# down -v: nothing of ours stays, nothing of others goes
foreign=it-foreign-$$
docker run -d --name $foreign --init -v $foreign:/data busybox:1.36 sleep 600 > "$work/out"
must run stackctl down -v
check "nothing of the project is left" nothing_left
check "a foreign container still runs" same running "$(docker inspect -f '{{.State.Status}}' $foreign)"
check "a foreign volume is still there" docker volume inspect $foreign
docker rm -fv $foreign > "$work/out"
docker volume rm $foreign > "$work/out"
run stackctl down
expect_status 0
