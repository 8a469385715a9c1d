#!/usr/bin/env bash
# diff says what an engine has that is not as the file says: nothing after an up, whatever keys the file
# has, and each of the fields that somebody can change by hand or make a container with.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3"
export COMPOSE_PROJECT_NAME=$project

# --- nothing differs on a fresh stack ---

stack wide << 'END'
services:
  db: { image: "busybox:1.36", command: [sleep, "1000"], init: true, stop_grace_period: 1s }
  job: { image: "busybox:1.36", command: ["true"] }
  taker:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 0s
    network_mode: service:db
    pid: service:db
    ipc: "shareable"
    volumes_from: ["donor:ro"]
  donor: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, volumes: ["data:/given", /anonymous] }
  linked: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, links: ["db:database"] }
  host: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, network_mode: host, pid: host, ipc: host }
  none: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, network_mode: none, uts: host }
  many: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s, deploy: { replicas: 3 } }
  given:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 0s
    secrets: [key, { source: key, target: other, mode: 0400, uid: "5" }]
    configs: [text]
  limits:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 0s
    mem_swappiness: 10
    memswap_limit: 128m
    mem_limit: 64m
    cpu_period: 100000
    cpu_quota: 50000
    oom_kill_disable: false
    cgroup: private
    blkio_config: { weight: 300 }
    storage_opt: {}
    ulimits: { nofile: 1000, nproc: { soft: 100, hard: 200 } }
    deploy: { resources: { limits: { pids: 60, memory: 64m }, reservations: { memory: 32m } } }
  wide:
    image: busybox:1.36
    entrypoint: [env]
    command: [sleep, "1000"]
    init: true
    environment: { A: "1", DB_PASSWORD: hunter2, EMPTY: }
    user: "0:0"
    working_dir: /tmp/
    hostname: h1
    domainname: d.test
    stop_signal: SIGINT
    stop_grace_period: 500ms
    tty: true
    stdin_open: true
    healthcheck: { test: "true", interval: 5s, timeout: 2s, retries: 4, start_period: 1s }
    labels: { team: blue }
    expose: ["99", 100-101/udp]
    ports: ["18080:80", "127.0.0.1::81", "18000-18001:90", 18090:80/udp]
    volumes:
      - data:/data/
      - /anonymous
      - /tmp:/host:ro
      - { type: tmpfs, target: /t, tmpfs: { size: 1m, mode: 0700 } }
      - { type: bind, source: /usr, target: /h2, bind: { create_host_path: false, propagation: rprivate } }
      - { type: volume, source: data, target: /nocopy, volume: { nocopy: true } }
    tmpfs: ["/scratch:size=1m"]
    networks: { default: { aliases: [x], ipv4_address: 10.231.7.200 }, back: {} }
    restart: on-failure:3
    mem_limit: 64m
    mem_reservation: 32m
    oom_score_adj: 10
    shm_size: 32m
    cpus: 0.5
    cpu_shares: 512
    cpuset: "0"
    pids_limit: 50
    cap_add: [NET_ADMIN, sys_time]
    cap_drop: [CAP_MKNOD]
    read_only: true
    security_opt: ["no-new-privileges:true", systempaths=unconfined]
    dns: [1.1.1.1]
    dns_search: [x.test]
    dns_opt: ["ndots:2"]
    extra_hosts: ["a:1.2.3.4", "gate=host-gateway"]
    group_add: ["5"]
    sysctls: { net.core.somaxconn: 512 }
    logging: { driver: json-file, options: { max-size: 1m } }
    devices: ["/dev/null:/dev/xnull:r"]
    device_cgroup_rules: ["c 1:3 mr"]
networks:
  default: { ipam: { config: [{ subnet: 10.231.7.0/24 }] } }
  back: { internal: true, labels: { x: y }, driver_opts: { com.docker.network.bridge.enable_icc: "false" } }
volumes: { data: { labels: { k: v } } }
secrets: { key: { file: ./key } }
configs: { text: { content: hello } }
END
echo secret > key
must run stackctl up -d
run stackctl diff --exit-code
expect_status 0
expect out contains "the engine has what the file says"
must run stackctl down -v

for example in "$STACKCTL_SOURCE"/examples/*/compose.yaml; do
    must run stackctl -f "$example" up -d
    run stackctl -f "$example" diff --exit-code
    expect_status 0
    must run stackctl -f "$example" down -v
done

# --- containers made with one other field each ---

stack mutated << 'END'
services:
  m:
    image: busybox:1.36
    command: sleep 1000
    environment: { MODE: old, DB_PASSWORD: hunter2 }
    volumes: [data:/data]
    ports: ["80"]
    scale: 45
volumes: { data: {} }
END
run python3 "$here/mutate.py" fields
sed -i "s/scale: 45/scale: $out/" compose.yaml
must run stackctl up --no-start
must run python3 "$here/mutate.py" apply "$project"
expected=$out
run stackctl diff --exit-code --json
expect_status 10
jq -r '.units[] | .index as $i | .differences[] | select(.key != "state") | "\($i) \(.key)"' "$work/out" > "$work/told"
diff <(sort <<< "$expected") <(sort "$work/told") > "$work/unlike" ||
    failed "each field is to be told, and nothing else: $(tr '\n' ';' < "$work/unlike")"
check "at least 25 fields" test "$(cut -d' ' -f2 "$work/told" | sort -u | wc -l)" -ge 25
expect out lacks hunter
must run stackctl down -v

# --- and what can be done to one that runs ---

stack hands << 'END'
services:
  web:
    image: busybox:1.36
    command: sleep 1000
    stop_grace_period: 0s
    scale: 9
    mem_limit: 64m
networks: { default: {}, extra: {} }
END
sed -i "s/^    mem_limit/    networks: [default]\n    mem_limit/" compose.yaml
must run stackctl up -d
other=$(docker network create --label "com.docker.compose.project=$project" "$project-other")
docker update --memory 32m --memory-swap 96m "$project-web-1" > /dev/null
docker update --restart always --cpu-shares 300 "$project-web-2" > /dev/null
docker network connect "$other" "$project-web-3"
docker network disconnect "${project}_default" "$project-web-4"
docker rename "$project-web-5" "$project-renamed"
docker pause "$project-web-6" > /dev/null
docker kill "$project-web-7" > /dev/null
docker network disconnect "${project}_default" "$project-web-8"
docker network connect --alias odd "${project}_default" "$project-web-8"
docker rm -f "$project-web-9" > /dev/null
run stackctl diff
expect_status 0
for line in "mem_limit: 32m → 64m" "memswap_limit: 96m → " "restart: always → no" "cpu_shares: 300 → (none)" \
    "networks.$project-other: connected → (none)" "networks.${project}_default: (none) → connected" \
    "name: $project-renamed → $project-web-5" "state: paused → running" "state: exited (137) → running" \
    "networks.${project}_default.aliases: [\"odd\"] → [\"web\"]" "Container $project-web-9  missing" \
    "Container $project-web-1  changed on the engine"; do
    expect out contains "$line"
done
run stackctl diff --exit-code
expect_status 10
docker unpause "$project-web-6" > /dev/null
must run stackctl down -v
docker network rm "$other" > /dev/null 2>&1

# another image behind the tag, a service that the file has no more, and what the file changed
stack tag << 'END'
services:
  web: { image: "drift-test:1", command: sleep 1000, stop_grace_period: 0s, pull_policy: missing }
  old: { image: "busybox:1.36", command: sleep 1000, stop_grace_period: 0s }
networks: { default: { driver_opts: { com.docker.network.bridge.enable_icc: "true" } } }
volumes: { data: {} }
END
docker tag busybox:1.36 drift-test:1
must run stackctl up -d
docker commit -c 'LABEL other=1' "$project-old-1" drift-test:1 > /dev/null
sed -i '/^  old/d; s/enable_icc: "true"/enable_icc: "false"/; s/sleep 1000, stop/sleep 999, stop/' compose.yaml
run stackctl diff
expect out matches 'image id: [0-9a-f]{12} → [0-9a-f]{12}'
expect out contains 'command: ["sleep","1000"] → ["sleep","999"]'
expect out contains "Container $project-old-1  extra: the file has no such instance"
expect out contains "driver_opts.com.docker.network.bridge.enable_icc: true → false"
expect out lacks "Container $project-web-1  changed on the engine"
run stackctl diff web
expect out lacks enable_icc
must run stackctl down -v
docker rmi drift-test:1 > /dev/null 2>&1
