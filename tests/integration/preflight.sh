#!/usr/bin/env bash
# What would stop an up in the middle is told before anything is touched, with its place in the file: a name, a
# port or a subnet that is somebody else's, a folder that is to be mounted and is not there.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3"
export COMPOSE_PROJECT_NAME=$project
foreign=it-foreign-$$
leave() { docker rm -f $foreign > /dev/null 2>&1; docker network rm $foreign > /dev/null 2>&1; finish; }
trap leave EXIT

refused() { # STATUS TEXT: and nothing was made
    run stackctl up -d
    expect_status "$1"
    expect err contains "$2"
    check "nothing was made" nothing_left
}

docker run -d --name $foreign --init -p 127.0.0.1:18280:80 busybox:1.36 sleep 600 > /dev/null
stack first << 'END'
services:
  other: { image: "busybox:1.36", command: sleep 600 }
  web:
    image: busybox:1.36
    command: sleep 600
    ports:
      - 18279:1
      - 18280:80
END
refused 6 "compose.yaml:8:9: error: service 'web': starting container '$project-web-1': port 18280 is held by container '$foreign' (not part of any project)"

stack name << END
services:
  other: { image: "busybox:1.36", command: sleep 600 }
  web:
    image: busybox:1.36
    command: sleep 600
    container_name: $foreign
END
refused 6 "compose.yaml:3:3: error: service 'web': the name '$foreign' is taken by container"

docker network create --subnet 10.233.0.0/16 $foreign > /dev/null
stack subnet << 'END'
services:
  web: { image: "busybox:1.36", command: sleep 600 }
networks:
  default:
    ipam: { config: [{ subnet: 10.233.7.0/24 }] }
END
refused 6 "network 'default': the subnet 10.233.7.0/24 overlaps 10.233.0.0/16 of network '$foreign' (not part of any project)"
expect err matches 'compose.yaml:[45]:'

stack bind << 'END'
services:
  other: { image: "busybox:1.36", command: sleep 600 }
  web:
    image: busybox:1.36
    command: sleep 600
    volumes:
      - { type: bind, source: ./missing, target: /data, bind: { create_host_path: false } }
END
refused 15 "$work/bind/missing', which is to be mounted at '/data', is not there"
expect err contains "compose.yaml:7:9: error"
mkdir missing
must run stackctl up -d
must run stackctl down

# --- a process ---

cat > "$work/listen.py" << 'END'
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 18290))
s.listen()
print("listens", flush=True)
time.sleep(600)
END
python3 "$work/listen.py" > "$work/listens" &
listener=$!
background+=("$listener")
wait_for 10 grep -q listens "$work/listens"
stack process << 'END'
services:
  other: { image: "busybox:1.36", command: sleep 600 }
  web:
    image: busybox:1.36
    command: sleep 600
    stop_grace_period: 0s
    ports: ["18290:80"]
END
refused 6 "compose.yaml:7:13: error: service 'web': port 18290 is held by pid $listener (python3) of this machine"

# --- also when containers are there, and images would come first ---

sed -i 's/^    ports:.*//' compose.yaml
must run stackctl up -d
cat >> compose.yaml << 'END'
    ports: ["18290:80"]
  built: { build: { context: ., dockerfile_inline: "FROM busybox:1.36" }, command: sleep 600 }
END
run stackctl up -d --progress plain
expect_status 6
expect err contains "port 18290 is held by pid $listener (python3) of this machine"
expect err lacks Building
must run stackctl down
kill "$listener"
wait_for 10 gone "$listener"
sed -i '/^  built/d' compose.yaml

# --- its own ports are in nobody's way ---

must run stackctl up -d
sed -i 's/    stop_grace/    environment: { A: b }\n    stop_grace/' compose.yaml
run stackctl up -d
expect_status 0
expect err contains "Recreated"
must run stackctl stop
run stackctl up -d
expect_status 0
must run stackctl down
