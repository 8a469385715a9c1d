#!/usr/bin/env bash
# Bad input and bad luck: each has its exit status, its place in the file, and leaves what runs alone.
. "$(dirname "$0")/lib.sh"
export COMPOSE_PROJECT_NAME=$project

# --- files ---

mkdir "$work/empty" && cd "$work/empty" || exit 1
run stackctl config
expect_status 14
run stackctl -f missing.yaml config
expect_status 14
expect err contains missing.yaml
run stackctl -f "$work/empty" config
expect_status 14
: > compose.yaml
run stackctl config
expect_status 14

# refused NAME PLACE TEXT, the file on stdin: status 15, told with its place and a word on what it is
refused() {
    stack "$1"
    run stackctl config -q
    expect_status 15
    expect err matches "compose\.yaml:$2: "
    expect err contains "$3"
    expect out lacks services
}

refused yaml '[0-9]+:[0-9]+' error << 'END'
services:
  web:
    image: "unclosed
END
refused unknown-key 3:5 "did you mean 'image'" << 'END'
services:
  web:
    imgae: busybox
END
refused wrong-type 4:17 privileged << 'END'
services:
  web:
    image: busybox
    privileged: [yes]
END
refused cycle '[0-9]+:[0-9]+' cycle << 'END'
services:
  a:
    image: busybox
    depends_on: [b]
  b:
    image: busybox
    depends_on: [a]
END
refused unknown-service '4:18' "'bd'" << 'END'
services:
  web:
    image: busybox
    depends_on: [bd]
  db:
    image: busybox
END

# two problems are told at once
refused two 3:5 imgae << 'END'
services:
  web:
    imgae: busybox
  db:
    image: busybox
    comand: ["true"]
END
expect err matches 'compose\.yaml:6:5: '

# --- the engine ---

stack engine << 'END'
services:
  web:
    image: busybox:1.36
END
run stackctl -H unix:///nonexistent.sock up -d
expect_status 9
expect err contains /nonexistent.sock
run stackctl -H unix:///nonexistent.sock ps
expect_status 9
run stackctl frobnicate
expect_status 2
run stackctl up --frobnicate
expect_status 2

need_engine
need_image busybox:1.36

# the same port twice: refused before anything is made
stack port-twice << 'END'
services:
  a:
    image: busybox:1.36
    command: sleep 600
    ports: ["18077:80"]
  b:
    image: busybox:1.36
    command: sleep 600
    ports: ["18077:81"]
END
run stackctl up -d
expect_status 15
expect err matches 'compose\.yaml:9:13: '
expect err contains 18077
check "nothing was made" same 0 "$(count_of)"

# --- images ---

stack image << 'END'
services:
  web:
    image: busybox:1.36
    init: true
    environment: { A: "${A:-1}" }
    command: sleep 600
END
must run stackctl up -d
cat >> compose.yaml << END
  other:
    image: ${STACKCTL_TEST_REGISTRY:-127.0.0.1:1}/no-such-image:1
END
old="$(container web) $(state web .State.StartedAt)"
A=2 run stackctl up -d
expect_status 18
expect err contains no-such-image
expect err matches "service 'other'|other"
check "what runs was not touched" same "$old" "$(container web) $(state web .State.StartedAt)"
must run stackctl down

# --- conflicts ---

foreign=it-holder-$$
docker run -d --name $foreign --init -p 18078:80 busybox:1.36 sleep 600 > "$work/out"
stack port-taken << 'END'
services:
  web:
    image: busybox:1.36
    command: sleep 600
    ports: ["18078:80"]
END
run stackctl up -d
expect_status 6
expect err contains 18078
expect err contains $foreign
stack name-taken << END
services:
  web:
    image: busybox:1.36
    container_name: $foreign
    command: sleep 600
END
run stackctl up -d
expect_status 6
expect err contains $foreign
check "the holder still runs" same running "$(docker inspect -f '{{.State.Status}}' $foreign)"
docker rm -f $foreign > "$work/out"
clean "$project"

# --- containers that do not get ready ---

stack exits << 'END'
services:
  ok:
    image: busybox:1.36
    init: true
    command: sleep 600
  bad:
    image: busybox:1.36
    command: ["sh", "-c", "echo working; echo out of tea >&2; exit 3"]
END
run stackctl up -d --wait
expect_status 5
expect err contains bad
expect err contains 3
expect err contains "out of tea"
must run stackctl down

stack unhealthy << 'END'
services:
  db:
    image: busybox:1.36
    init: true
    command: sleep 600
    healthcheck:
      test: ["CMD-SHELL", "echo the probe says no; exit 1"]
      interval: 200ms
      retries: 2
  web:
    image: busybox:1.36
    init: true
    command: sleep 600
    depends_on:
      db: { condition: service_healthy }
END
run stackctl up -d
expect_status 5
expect err contains db
expect err contains unhealthy
expect err contains "the probe says no"
check "what needs it was not started" test "$(state web .State.Status)" != running
must run stackctl down

stack never << 'END'
services:
  slow:
    image: busybox:1.36
    init: true
    command: sleep 600
    healthcheck:
      test: ["CMD", "false"]
      interval: 200ms
      retries: 1000
END
run stackctl up -d --wait --wait-timeout 2
expect_status 124
expect err contains slow
must run stackctl down
