#!/usr/bin/env bash
# Containers that another version of Docker Compose made are told by what they are, not by a hash that is not
# ours: none is replaced when nothing differs, and what does differ is named key by key. What belongs to a
# stack of the same name in another directory is nobody's orphan.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3"
export COMPOSE_PROJECT_NAME=$project

stack adopted << 'END'
services:
  db:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 0s
    volumes: [data:/data, "/tmp:/host:ro"]
    healthcheck: { test: "true", interval: 30s }
    environment: { DB_PASSWORD: hunter2, MODE: a }
    mem_limit: 64m
  web:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 0s
    depends_on: [db]
    ports: ["80", "127.0.0.1:18480:81"]
    networks: { default: { aliases: [front] }, back: {} }
    deploy: { replicas: 1 }
    labels: { team: blue }
    tmpfs: [/scratch]
    ulimits: { nofile: 1000 }
    logging: { driver: json-file, options: { max-size: 1m } }
  worker: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, scale: 3, restart: unless-stopped }
networks: { default: {}, back: {} }
volumes: { data: {} }
END
must run stackctl up -d
must run python3 "$here/mutate.py" disown "$project"
ids() { docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" | sort; }
theirs=$(ids)
check "nothing tells what they were made from" \
    same "" "$(docker ps -q --filter "label=io.stackctl.config" --filter "label=com.docker.compose.project=$project")"
run stackctl plan --exit-code
expect_status 0
run stackctl up -d
expect_status 0
check "none is replaced" same "$theirs" "$(ids)"

sed -i 's/MODE: a/MODE: b/; s/hunter2/hunter3/; s/mem_limit: 64m/mem_limit: 32m/' compose.yaml
run stackctl plan --exit-code
expect_status 10
expect out contains "Plan for project '$project': 1 to do"
expect out contains "another tool made it, and it is not as the file says"
expect out contains "environment.MODE: a → b"
expect out contains "environment.DB_PASSWORD: *** → ***"
expect out contains "mem_limit: 64m → 32m"
expect out lacks hunter
must run stackctl up -d
check "one is replaced" same 1 "$(comm -13 <(echo "$theirs") <(ids) | wc -l)"
run stackctl plan --exit-code
expect_status 0

# --- orphans ---

mkdir -p "$work/elsewhere"
cat > "$work/elsewhere/compose.yaml" << 'END'
services:
  stray: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s }
END
must run stackctl --project-directory "$work/elsewhere" -f "$work/elsewhere/compose.yaml" up -d
sed -i '/^  worker/d' compose.yaml
run stackctl up -d
expect_status 0
expect err contains "container '$project-worker-1' belongs to no service of the file; --remove-orphans removes it"
expect err contains "container '$project-stray-1' belongs to no service of the file, but to a project '$project' in '$work/elsewhere', and is kept"
check "they run on" same "running running" "$(state worker .State.Status) $(state stray .State.Status)"
run stackctl up -d --remove-orphans
expect_status 0
check "the orphan is gone" same "" "$(container worker)"
check "the other project's is not" same running "$(state stray .State.Status)"
run stackctl down --remove-orphans
check "not even by down" same running "$(state stray .State.Status)"
check "and it can be taken down where it belongs" \
    stackctl --project-directory "$work/elsewhere" -f "$work/elsewhere/compose.yaml" down -v
