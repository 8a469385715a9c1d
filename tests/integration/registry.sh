#!/usr/bin/env bash
# Who the user is to a registry: from config.json or from a helper program, sent there and nowhere else; what a
# registry refuses, and what is tried again.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v htpasswd > /dev/null || skip "no htpasswd to make a registry with logins with"
[ -n "${STACKCTL_TEST_REGISTRY:-}" ] || skip "no engine of our own to start a registry beside"
registry=$("$STACKCTL_SOURCE/tests/support/images.sh" registry)
export COMPOSE_PROJECT_NAME=$project DOCKER_CONFIG=$work/docker
cd "$work" || exit 1
host=127.0.0.1:5055
mkdir docker bin
export PATH=$work/bin:$PATH
trap 'result=$?; docker rmi -f $host/it/one:1 $host/it/built:1 > /dev/null 2>&1; (exit $result); finish' EXIT

# --- a registry that wants a name and a word ---

htpasswd -Bbn ann secret > users 2> /dev/null
cat > registry.yml << END
version: 0.1
log: { level: error }
http: { addr: '$host' }
storage: { filesystem: { rootdirectory: '$work/registry' } }
auth: { htpasswd: { realm: test, path: '$work/users' } }
END
in_background registry.log "$registry" serve registry.yml
wait_for 20 curl -fs -u ann:secret -o /dev/null "http://$host/v2/"

cat > compose.yaml << END
services:
  one:
    image: $host/it/one:1
    build: { context: docker, dockerfile_inline: "FROM busybox:1.36" }
    command: sleep 1000
    stop_grace_period: 0s
END
login() { printf '{ "auths": { "%s": { "auth": "%s" } } }' "$1" "$(printf %s "$2" | base64)" > docker/config.json; }
absent() { docker rmi -f $host/it/one:1 > /dev/null 2>&1; return 0; }

# --- from config.json ---

must run stackctl build
run stackctl push
expect_status 18
login $host ann:secret
must run stackctl push
expect err contains "Pushed"
must run stackctl build --push -q
expect err contains "Pushed"
absent
must run stackctl pull --progress plain
expect err contains "Image $host/it/one:1  Pulled"
absent
login "https://$host/v1/" ann:secret
must run stackctl up -d
must run stackctl images
expect out matches "$project-one-1 +$host/it/one +1 +linux/"
must run stackctl images --format json
images() { jq -r ".[0].$1" <<< "$out"; }
check "json: the container" same "$(images ContainerName)" "$project-one-1"
check "json: the repository and the tag" same "$(images Repository):$(images Tag)" "$host/it/one:1"
check "json: the image" same "$(images ID)" "$(docker image inspect -f '{{.Id}}' "$host/it/one:1")"
check "json: its size" same "$(images Size)" "$(docker image inspect -f '{{.Size}}' "$host/it/one:1")"
check "json: its platform" grep -q ^linux/ <<< "$(images Platform)"
must run stackctl images -q
check "its ID alone" same "sha256:$out" "$(docker image inspect -f '{{.Id}}' "$host/it/one:1")"
run stackctl down
absent
login $host ann:wrong
run stackctl pull --progress plain
expect_status 18
expect err matches "unauthorized|no basic auth|authentication required"
login other.example:5000 ann:secret
run stackctl pull
expect_status 18
rm docker/config.json
run stackctl pull
expect_status 18
check "a refusal is not tried again" test "$(grep -c . <<< "$err")" -lt 20

# --- from helpers ---

helper() { # SCRIPT
    printf '#!/bin/sh\necho "$1 $(cat)" >> %s/asked\n%s\n' "$work" "$1" > bin/docker-credential-test
    chmod +x bin/docker-credential-test
}
helper 'echo "{\"ServerURL\":\"x\",\"Username\":\"ann\",\"Secret\":\"secret\"}"'
echo '{ "credsStore": "test" }' > docker/config.json
must run stackctl pull
check "the helper was asked for this registry" same "$(sort -u asked)" "get $host"
absent
echo "{ \"credsStore\": \"absent\", \"credHelpers\": { \"$host\": \"test\" } }" > docker/config.json
must run stackctl pull
absent
echo '{ "credsStore": "absent" }' > docker/config.json
run stackctl pull
expect_status 18
expect err contains "the login for '$host' cannot be had from 'docker-credential-absent'"
expect err contains "install it"
echo '{ "credsStore": "test" }' > docker/config.json
helper 'echo "the key ring is locked"; exit 1'
run stackctl pull
expect_status 18
expect err contains "the key ring is locked"
helper 'echo "credentials not found in native keychain"; exit 1'
run stackctl pull
expect_status 18
expect err matches "unauthorized|no basic auth|authentication required"
helper 'echo nonsense'
run stackctl pull
expect_status 18
expect err contains "no Username and Secret"
helper 'sleep 1000 & echo $! > '"$work"'/child; wait'
export STACKCTL_HELPER_TIMEOUT_MS=500
run stackctl pull
expect_status 18
expect err contains "timed out"
wait_for 5 gone "$(cat child)"
unset STACKCTL_HELPER_TIMEOUT_MS

# --- a build upon an image that wants a login ---

login $host ann:secret
cat > compose.yaml << END
services:
  built: { image: $host/it/built:1, build: { context: ., dockerfile_inline: "ARG BASE\nFROM \${BASE:-$host/it/one:1}\nRUN true" } }
END
mkdir -p ctx
printf 'registry\ndocker\n' > .dockerignore
must run stackctl build
must run stackctl push -q

# --- offline ---

docker rmi -f $host/it/built:1 $host/it/one:1 > /dev/null 2>&1
run stackctl --offline up -d --progress plain
expect_status 18
expect err contains "which is not there, and --offline was given"
cat > compose.yaml << END
services:
  a: { image: $host/it/one:1, pull_policy: always }
  b: { image: "$host/it/two:1" }
  c: { image: "busybox:1.36", pull_policy: always, command: sleep 1000, stop_grace_period: 0s }
END
run stackctl --offline up -d --progress plain
expect_status 18
expect err contains "$host/it/one:1': it is not there, and --offline was given"
expect err contains "$host/it/two:1': it is not there, and --offline was given"
expect err lacks "Creating"
must run stackctl --offline up -d c

# --- policies ---

cat > compose.yaml << END
services:
  a: { image: "busybox:1.36", pull_policy: every_1h, command: sleep 1000, stop_grace_period: 0s }
  n: { image: "$host/it/one:1", pull_policy: newer, command: sleep 1000, stop_grace_period: 0s }
END
docker tag busybox:1.36 $host/it/one:1
rm docker/config.json
must run stackctl up -d --progress plain
expect err contains "the image that is there will do"
must run stackctl pull --ignore-pull-failures --progress plain
expect err contains "warning: Image $host/it/one:1"
