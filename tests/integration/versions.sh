#!/usr/bin/env bash
# Engines of other ages than the one at hand, on a fake one that says what it speaks: to each the newest version that
# both know, and in it only what that version has.
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"
command -v jq > /dev/null || skip "no jq"
export COMPOSE_PROJECT_NAME=$project

# Starts one of that name; its requests are in $record.
engine() { # NAME ARGUMENTS...
    local name=$1
    shift
    record=$work/$name.requests
    in_background "$work/$name.log" python3 "$STACKCTL_SOURCE/tests/support/fake-engine.py" "$work/$name.sock" "$record" "$@"
    export DOCKER_HOST=unix://$work/$name.sock
    wait_for 10 test -S "$work/$name.sock" || exit 1
}
asked() { jq -c "select($1)" "$record" > "$work/asked" && [ -s "$work/asked" ]; } # FILTER over one request
versions() { jq -r '.version // empty' "$record" | sort -u; }
created() { jq -c "select(.path == \"/containers/create\") | $1" "$record" | head -n 1; }

# --- new: 1.44 to 1.52 ---

cat > "$work/new.yaml" << 'END'
services:
  web:
    image: busybox:1.36
    platform: linux/amd64
    healthcheck: { test: [CMD, "true"], start_period: 5s, start_interval: 1s }
    annotations: { a: b }
    networks:
      one: { mac_address: 02:42:ac:11:00:02 }
      two: { mac_address: 02:42:ac:11:00:03, gw_priority: 7 }
    volumes:
      - { type: volume, source: data, target: /data, volume: { subpath: sub } }
networks: { one: , two: }
volumes: { data: { external: true, name: it-data } }
END
sed '/external: true/d; /subpath/d; /volumes:/d' "$work/new.yaml" > "$work/plain.yaml"
engine new --oldest 1.44 --api 1.52
must run stackctl -f "$work/plain.yaml" up -d
check "only 1.52 is spoken" same "$(versions)" 1.52
check "start_interval" same "$(created .body.Healthcheck.StartInterval)" 1000000000
check "both networks at creation" same "$(created '.body.NetworkingConfig.EndpointsConfig | keys | length')" 2
check "addresses of their own" same "$(created ".body.NetworkingConfig.EndpointsConfig[\"${project}_two\"].MacAddress")" '"02:42:ac:11:00:03"'
check "gw_priority" same "$(created ".body.NetworkingConfig.EndpointsConfig[\"${project}_two\"].GwPriority")" 7
check "annotations" same "$(created .body.HostConfig.Annotations.a)" '"b"'
check "the platform" asked '.path == "/containers/create" and (.query | contains("platform=linux"))'
check "no network is connected afterwards" test -z "$(jq -r 'select(.path | endswith("/connect")).path' "$record")"
run stackctl ps
expect_status 0
expect out contains "$project-web-1"

# --- newer than anything we know: it speaks ours, too ---

engine newest --oldest 1.44 --api 1.99
must run stackctl -f "$work/plain.yaml" up -d
check "the newest that we know" same "$(versions)" 1.52
engine beyond --oldest 1.60 --api 1.99
run stackctl -f "$work/plain.yaml" up -d
expect_status 9
expect err contains "update the older of the two"

# --- in between ---

engine middle --oldest 1.24 --api 1.44
sed '/gw_priority/s/, gw_priority: 7//' "$work/plain.yaml" > "$work/middle.yaml"
must run stackctl -f "$work/middle.yaml" up -d
check "its own version" same "$(versions)" 1.44
check "start_interval from 1.44 on" same "$(created .body.Healthcheck.StartInterval)" 1000000000
check "no GwPriority before 1.48" test -z "$(created '.body | tostring | select(contains("GwPriority"))')"

# --- old: 1.41 ---

engine old --oldest 1.12 --api 1.41
cat > "$work/old.yaml" << 'END'
services:
  web:
    image: busybox:1.36
    platform: linux/amd64
    healthcheck: { test: [CMD, "true"], start_period: 5s }
    networks: [one, two]
networks: { one: , two: }
END
must run stackctl -f "$work/old.yaml" up -d
check "its own version" same "$(versions)" 1.41
check "no start_interval" same "$(created '.body.Healthcheck | has("StartInterval")')" false
check "one network at creation" same "$(created '.body.NetworkingConfig.EndpointsConfig | keys | length')" 1
check "the other afterwards" asked '.path | endswith("/connect")'
check "no annotations, no address of an endpoint" test -z "$(created '.body | tostring | select(contains("Annotations") or contains("GwPriority"))')"
run stackctl -f "$work/plain.yaml" -p "$project-b" up -d
expect_status 9
expect err contains "healthcheck.start_interval needs an engine that speaks API version 1.44 or later, this one speaks 1.41"
engine ancient --oldest 1.12 --api 1.39
run stackctl -f "$work/old.yaml" up -d
expect_status 9
expect err contains "too old"

# --- an image that goes away between two looks: a container's own pull is logged in, too ---

engine losing --api 1.41 --lose-images
export DOCKER_CONFIG=$work/docker
mkdir "$DOCKER_CONFIG"
echo '{ "auths": { "registry.example": { "auth": "YW5uOnNlY3JldA==" } } }' > "$DOCKER_CONFIG/config.json"
echo 'services: { web: { image: "registry.example/a:1" } }' > "$work/losing.yaml"
run stackctl -f "$work/losing.yaml" --offline up -d
expect_status 18
expect err contains "--offline was given"
must run stackctl -f "$work/losing.yaml" up -d
sent=$(jq -r 'select(.path == "/images/create").auth' "$record" | tr '_-' '/+' | base64 -d 2> /dev/null | jq -r .username)
check "its login was sent" same "$sent" ann
