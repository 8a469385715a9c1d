#!/usr/bin/env bash
# The digests of images: written down by lock, held to by up --locked, compared with by outdated.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq"
registry=${STACKCTL_TEST_REGISTRY:-}
[ -n "$registry" ] || skip "no engine of our own with a registry beside it"
export COMPOSE_PROJECT_NAME=$project
image=$registry/it/locked:1 other=$registry/it/other:1
trap 'result=$?; docker rmi -f $image $other > /dev/null 2>&1; (exit $result); finish' EXIT

# Pushes another image under that name; leaves its digest in $digest. The engine forgets the name.
publish() { # IMAGE LABEL
    printf 'FROM busybox:1.36\nLABEL it=%s\n' "$2" | docker build -q -t "$1" - > /dev/null 2>&1
    docker push -q "$1" > /dev/null || skip "cannot push to $registry"
    digest=$(docker image inspect -f '{{index .RepoDigests 0}}' "$1")
    digest=${digest#*@}
    docker rmi -f "$1" > /dev/null
}
publish $other other
publish $image first
first=$digest
stack lock << END
services:
  web: { image: "$image", command: sleep 1000, stop_grace_period: 0s, depends_on: [db] }
  db: { image: "$other", command: sleep 1000, stop_grace_period: 0s }
  fixed: { image: "$registry/it/locked@$first", command: sleep 1000, profiles: [more] }
  built: { build: { context: ., dockerfile_inline: "FROM busybox:1.36" }, profiles: [more] }
END
cd "$work/lock" || exit 1

# --- lock ---

run stackctl up -d --locked
expect_status 14
expect err contains "compose.lock.json' is not there; 'stackctl lock' writes it"
run stackctl --offline lock
expect_status 2
must run stackctl --dry-run lock
check "a dry run writes nothing" test ! -e compose.lock.json
must run stackctl lock
expect out contains "$image  $first"
expect err contains "2 images"
check "the file" same "$(jq -r ".images[\"$image\"].digest" compose.lock.json)" "$first"
check "its version" same "$(jq .version compose.lock.json)" 1
check "nothing beside it" same "$(ls -A | sort | tr '\n' ' ')" "compose.lock.json compose.yaml "
check "others may read it" same "$(stat -c %a compose.lock.json)" 644
must run stackctl --profile more lock
expect err contains "is built here"
check "a name that has its digest keeps it" same "$(jq -r ".images[\"$registry/it/locked@$first\"].digest" compose.lock.json)" "$first"

# --- up --locked ---

must run stackctl up -d --locked --progress plain
expect err contains "Image $image  Pulled"
check "the container is of the file's name" same "$(state web .Config.Image)" "$image"
check "what runs is what is locked" docker image inspect "$registry/it/locked@$first"
before=$(container web)
run stackctl up -d --locked --progress plain
expect_status 0
check "a second one has nothing to do" same "$before" "$(container web)"
run stackctl outdated
expect_status 0
expect out matches "$image +current +sha256:${first:7:12} "

# --- the registry moves on ---

must run stackctl down
docker tag "$image" it-keep-$$:1
docker rmi "$image" > /dev/null
publish $image second
second=$digest
docker rmi it-keep-$$:1 > /dev/null 2>&1
run stackctl outdated
expect_status 10
expect out matches "$image +moved +sha256:${first:7:12} +sha256:${second:7:12}"
expect out matches "$other +current"
run stackctl outdated --json
expect_status 10
row() { jq -r ".[] | select(.image == \"$image\").$1" <<< "$out"; }
check "json: moved" same "$(row status) $(row digest) $(row newest) $(row from)" "moved $first $second lock"
run stackctl outdated db
expect_status 0
run stackctl up -d --locked --progress plain
expect_status 18
expect err contains "compose.yaml:2:17: error: image '$image' has moved: its registry has $second"
expect err contains "says $first; accept it with 'stackctl lock'"
expect err lacks Creating
docker pull -q "$image" > /dev/null
run stackctl --offline up -d --locked
expect_status 18
expect err contains "image '$image' is not the one that is locked: the engine has $second"
run stackctl up -d --locked --no-deps db
expect_status 0
must run stackctl lock
expect out contains "$image  $second  was $first"
must run stackctl up -d --locked
must run stackctl down

# --- without a lock file, against the engine ---

rm compose.lock.json
run stackctl outdated
expect_status 0
publish $image third
docker pull -q "$registry/it/locked@$second" > /dev/null
docker tag "$registry/it/locked@$second" "$image"
run stackctl outdated
expect_status 10
docker rmi -f "$image" > /dev/null
run stackctl outdated
expect_status 0
expect out matches "$image +absent"

# --- bad input ---

sed -i "s,$other,$registry/it/nowhere:1," compose.yaml
run stackctl outdated
expect_status 18
expect out matches "$registry/it/nowhere:1 +unknown"
expect err contains "compose.yaml:3:16: error: image '$registry/it/nowhere:1'"
run stackctl lock
expect_status 18
check "what cannot be whole is not written" test ! -e compose.lock.json
echo '{ "version": 1, "images": {} }' > compose.lock.json
run stackctl up -d --locked
expect_status 18
expect err contains "image '$image' is not in '"
echo '{ "version": 1, "images": { "x": { "digest": "latest" } } }' > compose.lock.json
run stackctl up -d --locked
expect_status 15
expect err contains "has no digest for image 'x'"
echo '{ "version": 2 }' > compose.lock.json
run stackctl outdated
expect_status 15
expect err contains "not a lock file of version 1"
printf '{\n nonsense' > compose.lock.json
run stackctl lock
expect_status 15
expect err matches 'compose.lock.json:2:[0-9]+: error: it is not JSON'
check "nothing is left" nothing_left
