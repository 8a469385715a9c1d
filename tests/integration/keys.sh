#!/usr/bin/env bash
# What the keys of a service, a network and a volume become on the engine, and what secrets and configs are
# inside the container.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project
secret=s3cret-$$-value

# is SERVICE TEMPLATE VALUE: a field of the container, as docker inspect -f prints it
is() { check "$1: $2 is $3" same "$3" "$(state "$1" "$2")"; }
is_json() { check "$1: $2 is $3" same "$3" "$(docker inspect "$(container "$1")" | jq -cS ".[0]$2")"; }
inside() { docker exec "$(container "$1")" sh -c "$2"; }
file_is() { # SERVICE PATH "MODE UID GID" CONTENT
    check "$1: $2 is $3" same "$3" "$(inside "$1" "stat -c '%a %u %g' $2")"
    check "$1: $2 holds what it is to hold" same "$4" "$(docker exec -u 0 "$(container "$1")" cat "$2")"
}

# --- limits, devices, restart ---

stack limits << 'EOF'
services:
  old:
    image: busybox:1.36
    command: sleep 1000
    init: true
    cpu_shares: 512
    cpu_period: 50000
    cpu_quota: 25000
    cpuset: "0"
    mem_limit: 64m
    mem_reservation: 32m
    memswap_limit: 128m
    oom_score_adj: 100
    pids_limit: 50
    shm_size: 10m
    ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 55 }
    blkio_config:
      device_read_bps: [{ path: /dev/null, rate: 12mb }]
    devices: ["/dev/null:/dev/xnull:r", /dev/zero]
    device_cgroup_rules: ["c 1:3 rwm"]
    group_add: [audio, "1234"]
    restart: on-failure:3
  new:
    image: busybox:1.36
    command: sleep 1000
    deploy:
      resources:
        limits: { cpus: "0.5", memory: 64m, pids: 33 }
        reservations:
          memory: 16m
          devices: [{ capabilities: [gpu, compute], driver: nvidia, count: 2, options: { a: b } }]
      restart_policy: { condition: any }
    gpus: [{ driver: x, device_ids: ["1"], capabilities: [util] }]
    memswap_limit: -1
EOF
must run stackctl up --no-start
is old .HostConfig.CpuShares 512
is old .HostConfig.CpuPeriod 50000
is old .HostConfig.CpuQuota 25000
is old .HostConfig.CpusetCpus 0
is old .HostConfig.Memory 67108864
is old .HostConfig.MemoryReservation 33554432
is old .HostConfig.MemorySwap 134217728
is old .HostConfig.OomScoreAdj 100
is old .HostConfig.PidsLimit 50
is old .HostConfig.ShmSize 10485760
is old .HostConfig.GroupAdd '[audio 1234]'
is old .HostConfig.DeviceCgroupRules '[c 1:3 rwm]'
is old .HostConfig.RestartPolicy '{on-failure 3}'
is_json old .HostConfig.BlkioDeviceReadBps '[{"Path":"/dev/null","Rate":12582912}]'
is_json old .HostConfig.Ulimits \
    '[{"Hard":200,"Name":"nofile","Soft":100},{"Hard":55,"Name":"nproc","Soft":55}]'
is_json old '.HostConfig.Devices | map(.PathOnHost + " " + .PathInContainer + " " + .CgroupPermissions)' \
    '["/dev/null /dev/xnull r","/dev/zero /dev/zero rwm"]'
is new .HostConfig.NanoCpus 500000000
is new .HostConfig.MemoryReservation 16777216
is new .HostConfig.MemorySwap -1
is new .HostConfig.PidsLimit 33
is new .HostConfig.RestartPolicy.Name always
is_json new '.HostConfig.DeviceRequests[0] | [.Driver, .Count, .Capabilities, .Options]' \
    '["nvidia",2,[["gpu","compute"]],{"a":"b"}]'
is_json new '.HostConfig.DeviceRequests[1] | [.Driver, .DeviceIDs, .Capabilities]' '["x",["1"],[["util","gpu"]]]'
clean "$project"

# --- namespaces, links, volumes of others ---

stack shared << EOF
services:
  app:
    image: busybox:1.36
    command: sleep 1000
    init: true
    network_mode: service:zero
    pid: service:zero
    ipc: service:zero
  copy:
    image: busybox:1.36
    command: sleep 1000
    init: true
    volumes_from: ["zero:ro"]
    links: ["zero:db"]
  host: { image: "busybox:1.36", command: sleep 1000, init: true, network_mode: host, pid: host, ipc: host, uts: host }
  none: { image: "busybox:1.36", command: sleep 1000, init: true, network_mode: none, ipc: private }
  mac: { image: "busybox:1.36", command: sleep 1000, init: true, network_mode: bridge, mac_address: "02:42:ac:11:99:99" }
  zero:
    image: busybox:1.36
    command: [sh, -c, "echo kept > /data/file; exec sleep 1000"]
    init: true
    ipc: shareable
    volumes: [/data]
EOF
must run stackctl up -d
follows() { # whether app shares with the container that zero has now
    local mode
    for mode in NetworkMode PidMode IpcMode; do
        is app .HostConfig.$mode "container:$(container zero)"
    done
    is copy .HostConfig.VolumesFrom "[$(container zero):ro]"
}
follows
check "it is one network" same "$(inside zero 'readlink /proc/self/ns/net')" "$(inside app 'readlink /proc/self/ns/net')"
wait_for 10 test "$(inside copy 'cat /data/file')" = kept
check "the volumes of others are read-only" same 1 "$(inside copy 'touch /data/x' > /dev/null 2>&1; echo $?)"
check "a link is a name" docker exec "$(container copy)" ping -c 1 -W 2 db
is host .HostConfig.NetworkMode host
is host .HostConfig.PidMode host
is host .HostConfig.UTSMode host
is none .HostConfig.NetworkMode none
is none .HostConfig.IpcMode private
check "the address is the one asked for" same 02:42:ac:11:99:99 "$(inside mac 'cat /sys/class/net/eth0/address')"
sed -i 's/sleep 1000"\]/sleep 1001"]/' compose.yaml
must run stackctl up -d
expect err matches "Container $project-zero-1 +Recreated"
follows
must run stackctl up -d --force-recreate zero # the others take no part, and are found out by the next up
must run stackctl up -d
check "what was left with a container that is no more is replaced" same "container:$(container zero)" \
    "$(state app .HostConfig.NetworkMode)"
must run stackctl up -d --force-recreate
follows
must run stackctl restart zero
follows
must run stackctl plan --exit-code
must run stackctl down -v

# --- networks ---

stack networks << 'EOF'
services:
  web:
    image: busybox:1.36
    command: sleep 1000
    init: true
    mac_address: "02:42:ac:11:00:aa"
    hostname: ahost
    domainname: example.org
    extra_hosts: ["x:10.1.2.3"]
    networks:
      one: { priority: 1, aliases: [other-name], ipv4_address: 10.199.1.10 }
      two: { priority: 10, ipv4_address: 10.199.2.10, ipv6_address: "fd00:199::10" }
networks:
  one:
    internal: true
    labels: { l: v }
    ipam:
      config:
        - { subnet: 10.199.1.0/24, ip_range: 10.199.1.128/25, gateway: 10.199.1.254, aux_addresses: { h: 10.199.1.5 } }
  two:
    enable_ipv6: true
    attachable: true
    driver_opts: { com.docker.network.bridge.enable_icc: "false" }
    ipam: { config: [{ subnet: 10.199.2.0/24 }, { subnet: "fd00:199::/64" }] }
EOF
must run stackctl up -d
network() { docker network inspect -f "{{$2}}" "${project}_$1"; }
is web .HostConfig.NetworkMode "${project}_two"
endpoint() { docker inspect "$(container web)" | jq -r ".[0].NetworkSettings.Networks[\"${project}_$1\"].$2"; }
check "the address on one" same 10.199.1.10 "$(endpoint one IPAddress)"
check "the address on two" same 10.199.2.10 "$(endpoint two IPAddress)"
check "the IPv6 address on two" same fd00:199::10 "$(endpoint two IPAMConfig.IPv6Address)"
check "the alias on one" test "$(endpoint one 'Aliases | index("other-name") != null')" = true
check "the MAC address is of the network with the highest priority" same 02:42:ac:11:00:aa "$(endpoint two MacAddress)"
check "the host's name" same ahost.example.org "$(inside web 'hostname -f')"
check "the extra host" test -n "$(inside web 'grep 10.1.2.3 /etc/hosts')"
check "one is internal" same true "$(network one .Internal)"
check "one has its label" same v "$(network one .Labels.l)"
check "one has its pool" same '10.199.1.0/24 10.199.1.128/25 10.199.1.254 map[h:10.199.1.5]' \
    "$(network one '(index .IPAM.Config 0).Subnet}} {{(index .IPAM.Config 0).IPRange}} {{(index .IPAM.Config 0).Gateway}} {{(index .IPAM.Config 0).AuxAddress')"
check "two is attachable and has IPv6" same 'true true' "$(network two '.Attachable}} {{.EnableIPv6')"
check "two has its option" same false "$(network two 'index .Options "com.docker.network.bridge.enable_icc"')"
must run stackctl down -v

# --- volumes ---

mkdir -p "$work/volumes/bound" "$work/volumes/dir"
stack volumes << 'EOF'
services:
  web:
    image: busybox:1.36
    command: sleep 1000
    init: true
    tmpfs: ["/t1", "/t2:size=1m,mode=1770"]
    volumes:
      - named:/v1
      - small:/v2:ro,nocopy
      - bound:/v3
      - ./made/by/up:/b1
      - { type: bind, source: ./dir, target: /b2, bind: { propagation: private, create_host_path: false } }
      - { type: bind, source: ./dir, target: /b3, read_only: true, bind: { recursive: disabled } }
      - { type: volume, target: /anon, volume: { labels: { x: y } } }
      - { type: tmpfs, target: /t3, tmpfs: { size: 2m, mode: 01770 } }
volumes:
  named: { labels: { a: b } }
  small: { driver: local, driver_opts: { type: tmpfs, device: tmpfs, o: size=1m } }
  bound: { driver: local, driver_opts: { type: none, o: bind, device: ./bound } }
EOF
must run stackctl up -d
mount_of() { docker inspect "$(container web)" | jq -cS ".[0].HostConfig.Mounts[] | select(.Target == \"$1\") | $2"; }
check "a missing host path is made" test -d made/by/up
check "the text form has plain ones" same true "$(docker inspect "$(container web)" |
    jq --arg v "${project}_named:/v1:rw" --arg b "$PWD/made/by/up:/b1:rw" '.[0].HostConfig.Binds | contains([$v, $b])')"
check "nocopy" same true "$(mount_of /v2 .VolumeOptions.NoCopy)"
check "propagation" same '"private"' "$(mount_of /b2 .BindOptions.Propagation)"
check "recursive" same true "$(mount_of /b3 .BindOptions.NonRecursive)"
check "labels of an anonymous volume" same '{"x":"y"}' "$(mount_of /anon .VolumeOptions.Labels)"
check "tmpfs options" same '{"Mode":1016,"SizeBytes":2097152}' "$(mount_of /t3 .TmpfsOptions)"
is_json web .HostConfig.Tmpfs '{"/t1":"","/t2":"size=1m,mode=1770"}'
check "labels of a volume" same b "$(docker volume inspect -f '{{.Labels.a}}' "${project}_named")"
check "a bound volume has an absolute path" same "$PWD/bound" \
    "$(docker volume inspect -f '{{.Options.device}}' "${project}_bound")"
inside web 'echo x > /v3/file'
check "it is the host's folder" test -s bound/file
must run stackctl down -v

# --- secrets and configs ---

stack given << 'EOF'
services:
  web:
    image: busybox:1.36
    command: sleep 1000
    init: true
    user: "1000:1000"
    secrets:
      - from_file
      - from_variable
      - { source: from_variable, target: renamed, uid: "33", gid: "34", mode: 0400 }
      - { source: from_file, target: /etc/deep/er/key, uid: "1000", mode: 0440 }
    configs:
      - from_file
      - from_text
      - { source: from_text, target: /etc/app.conf, uid: "5", mode: "0640" }
      - { source: from_variable, target: relative }
  frozen:
    image: busybox:1.36
    command: sleep 1000
    init: true
    read_only: true
    secrets: [{ source: from_file, mode: 0400 }]
secrets:
  from_file: { file: ./key }
  from_variable: { environment: KEYS_SECRET }
configs:
  from_file: { file: ./conf }
  from_text: { content: "hello ${KEYS_NAME}" }
  from_variable: { environment: KEYS_CONFIG }
EOF
export KEYS_SECRET=$secret KEYS_CONFIG=variable KEYS_NAME=world
printf 'file key' > key
printf 'file conf' > conf
chmod 644 key conf
must run stackctl up -d
expect err contains "secret 'from_file' is mounted as it is"
given_right() {
    file_is web /run/secrets/from_file "644 $(stat -c '%u %g' key)" 'file key'
    file_is web /run/secrets/from_variable '444 0 0' "$secret"
    file_is web /run/secrets/renamed '400 33 34' "$secret"
    file_is web /etc/deep/er/key '440 1000 0' 'file key'
    file_is web /from_file "644 $(stat -c '%u %g' conf)" 'file conf'
    file_is web /from_text '444 0 0' 'hello world'
    file_is web /etc/app.conf '640 5 0' 'hello world'
    file_is web /relative '444 0 0' variable
}
given_right
file_is frozen /run/secrets/from_file "644 $(stat -c '%u %g' key)" 'file key'
check "files of the host are read-only" same 'false false' \
    "$(docker inspect "$(container web)" | jq -r '[.[0].Mounts[].RW | tostring] | join(" ")')"
check "no value stands in the container's settings" same 0 "$(docker inspect "$(container web)" | grep -c "$secret")"
run env STACKCTL_TRACE=all "$STACKCTL" up -d --force-recreate
expect_status 0
expect err lacks "$secret"
given_right
export KEYS_SECRET=${secret}2
secret=$KEYS_SECRET
must run stackctl up -d
expect err matches "Container $project-web-1 +Recreated" # a changed value is delivered
given_right
must run stackctl stop web
must run stackctl up -d
given_right
must run stackctl down

# --- what cannot be ---

refused() { # WHAT TEXT: the stack on standard input is refused with the text, and nothing is made
    stack refused
    run stackctl up -d
    check "$1: it is refused" test "$status" -ne 0
    expect err contains "$2"
    check "$1: nothing was made" nothing_left
}
refused "a missing file" "/refused/nowhere' of secret 'key' cannot be read" << 'EOF'
services: { web: { image: "busybox:1.36", secrets: [key] } }
secrets: { key: { file: ./nowhere } }
EOF
refused "an external config" "config 'key' is external" << 'EOF'
services: { web: { image: "busybox:1.36", configs: [key] } }
configs: { key: { external: true } }
EOF
refused "a variable that is not set" "KEYS_NOT_SET" << 'EOF'
services: { web: { image: "busybox:1.36", secrets: [key] } }
secrets: { key: { environment: KEYS_NOT_SET } }
EOF
refused "a copy into what is read-only" "cannot be copied into service 'web', which is read_only" << 'EOF'
services: { web: { image: "busybox:1.36", read_only: true, configs: [key] } }
configs: { key: { content: text } }
EOF

# --- the rest ---

stack rest << 'EOF'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "cat $$DOCKER_CONFIG/config.json; exec sleep 1000"]
    init: true
    use_api_socket: true
    platform: linux/amd64
    runtime: runc
    label_file: ./labels
    userns_mode: host
    cgroup_parent: /stackctl-keys
EOF
echo FROM_FILE=yes > labels
case ${DOCKER_HOST:-unix://} in
unix://*)
    must run stackctl up -d
    check "the engine's socket is inside" test "$(inside web 'test -S /var/run/docker.sock; echo $?')" = 0
    check "and a place for logins" test -n "$(inside web 'grep auths /run/secrets/docker/config.json')"
    is web .HostConfig.Runtime runc
    is web .HostConfig.UsernsMode host
    is web .HostConfig.CgroupParent /stackctl-keys
    is web '.Config.Labels.FROM_FILE' yes
    must run stackctl down
    ;;
esac
check "nothing is left" nothing_left
