#!/usr/bin/env bash
# `config --resolve-image-digests` and --lock-image-digests: what tags stand for, asked of real registries
# through the engine, of one that wants a login too.
. "$(dirname "$0")/lib.sh"
need_engine
[ -n "${STACKCTL_TEST_REGISTRY:-}" ] || skip "no registry of our own"

cd "$work" || exit 1
export COMPOSE_PROJECT_NAME=$project DOCKER_CONFIG=$work
image=$STACKCTL_TEST_REGISTRY/library/busybox
digest=$(curl -fsI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "http://$STACKCTL_TEST_REGISTRY/v2/library/busybox/manifests/1.36" | tr -d '\r' |
    sed -n 's/^docker-content-digest: //Ip')
[ -n "$digest" ] || skip "the registry has no busybox:1.36"

cat > compose.yaml << END
services:
  web:
    image: $image:1.36
  same:
    image: $image:1.36
  pinned:
    image: busybox:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  made:
    build: .
x-kept: 1
END
run stackctl config --resolve-image-digests
expect_status 0
expect out contains "image: \"$image:1.36@$digest\""
expect out contains "image: docker.io/library/busybox@sha256:0123456789abcdef"
expect out contains "x-kept: 1"

run stackctl config --lock-image-digests
expect_status 0
expect out lacks x-kept
expect out lacks networks
printf '%s\n' "$out" > lock.yaml
run stackctl -f compose.yaml -f lock.yaml config --images web
expect_status 0
expect out contains "$image:1.36@$digest"

run stackctl config --lock-image-digests --no-interpolate
expect_status 2

sed -i "s|$image:1.36|$image:no-such-tag|" compose.yaml
run stackctl config --resolve-image-digests
expect_status 18
expect err contains "compose.yaml:"
expect err contains "cannot resolve the digest of '$image:no-such-tag'"

# A registry that tells nothing without a login.
python3 "$here/login-registry.py" me:secret > registry.port &
background+=($!)
wait_for 20 test -s registry.port
private=127.0.0.1:$(cat registry.port)
printf 'services:\n  a:\n    image: %s/private:1\n' "$private" > compose.yaml
run stackctl config --resolve-image-digests
expect_status 18
expect err contains "cannot resolve the digest of '$private/private:1'"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$private" "$(printf me:secret | base64)" > config.json
run stackctl config --resolve-image-digests
expect_status 0
expect out matches "private:1@sha256:[0-9a-f]{64}"
expect out lacks secret

run stackctl -H "unix://$work/nothing" config --resolve-image-digests
expect_status 9
