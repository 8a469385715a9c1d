#!/usr/bin/env bash
# What only BuildKit can build is handed to docker buildx, as the file says it; a stand-in for the program notes what it
# was asked for and lets the engine make something.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project REAL=$(command -v docker) WORK=$work
cd "$work" || exit 1
trap 'result=$?; stackctl down -t 0 > /dev/null 2>&1; "$REAL" rmi -f "$project-base" "$project-web" > /dev/null 2>&1; (exit $result); finish' EXIT
mkdir bin ctx other
cat > bin/docker << 'END'
#!/usr/bin/env bash
# docker buildx, as far as the test needs it.
[[ " $* " == *" buildx "* ]] || exec "$REAL" "$@"
[ "$1 $2" != "buildx version" ] || { echo "version" >> "$WORK/asked"; exit 0; }
printf '%s\n' "$@" > "$WORK/arguments"
cat > "$WORK/stdin"
echo "#1 [internal] load build definition" >&2
echo "#2 DONE 0.1s"
[ ! -e "$WORK/fail" ] || { printf 'ERROR: failed to solve: process "false" did not complete\n' >&2; exit 1; }
[[ " $* " != *" --check "* && " $* " != *" --push "* ]] || exit 0
while [ $# -gt 0 ]; do [ "$1" != --tag ] || { tag=$2; break; }; shift; done
printf 'FROM busybox:1.36\nLABEL by=buildx\n' | "$REAL" build -q -t "$tag" - > /dev/null 2>&1
END
chmod +x bin/docker
export PATH=$work/bin:$PATH
echo word > token
printf 'FROM busybox:1.36\n' > ctx/Dockerfile
cat > compose.yaml << 'END'
services:
  base: { build: { context: other, dockerfile_inline: "FROM busybox:1.36" }, command: sleep 1000, stop_grace_period: 0s }
  web:
    command: sleep 1000
    stop_grace_period: 0s
    build:
      context: ctx
      args: { A: "b c" }
      labels: { mine: "1" }
      target: last
      tags: ["it-buildx-extra:1"]
      secrets: [token, { source: word, target: renamed }]
      ssh: [default, "key=/agent"]
      additional_contexts: { base: "service:base", more: ./other }
      cache_from: ["type=registry,ref=x"]
      cache_to: ["type=inline"]
      extra_hosts: ["h:1.2.3.4"]
      ulimits: { nofile: { soft: 10, hard: 20 } }
      platforms: [linux/amd64, linux/arm64]
      shm_size: 1m
secrets:
  token: { file: ./token }
  word: { environment: WORD }
END
export WORD=said
given() { grep -qxF -- "$1" arguments && { [ $# -lt 2 ] || grep -xF -A1 -- "$1" arguments | grep -qxF -- "$2"; }; }

must run stackctl up -d --progress plain
expect err contains "web | #1 [internal] load build definition"
expect err contains "web | #2 DONE"
expect err contains "base | Step 1/"
expect err contains "Image $project-web  Built"
check "the engine" given --host "$DOCKER_HOST"
check "it is loaded" given --load
for pair in "--tag $project-web" "--tag it-buildx-extra:1" "--file $work/ctx/Dockerfile" "--target last" "--build-arg A=b c" \
    "--label mine=1" "--label com.docker.compose.project=$project" "--secret id=token,src=$work/token" \
    "--secret id=renamed,env=WORD" "--ssh default" "--ssh key=/agent" \
    "--build-context base=docker-image://$project-base" "--build-context more=$work/other" \
    "--cache-from type=registry,ref=x" "--cache-to type=inline" "--ulimit nofile=10:20" \
    "--platform linux/amd64,linux/arm64" "--shm-size 1048576"; do
    check "$pair" given "${pair%% *}" "${pair#* }"
done
check "the context is last" same "$(tail -n 1 arguments)" "$work/ctx"
check "an extra host" grep -qE '^h[:=]1.2.3.4$' arguments
check "the container is of what it made" same "$(docker inspect -f '{{.Config.Labels.by}}' "$(container web)")" buildx
check "asked once for its version" same "$(wc -l < asked)" 1

# --- a Dockerfile that needs it, a builder by name ---

rm arguments
cat > compose.yaml << 'END'
services:
  web: { build: { context: ctx, dockerfile_inline: "FROM busybox:1.36\nRUN --mount=type=tmpfs,target=/t true" } }
END
must run stackctl build
check "an inline Dockerfile is its input" grep -q 'RUN --mount' stdin
check "and named so" given --file -
echo 'services: { web: { build: ctx } }' > compose.yaml
rm arguments
must run stackctl build
check "what needs no BuildKit is the engine's" test ! -e arguments
must run stackctl build --builder mine --ssh default
check "the builder" given --builder mine
check "the agent" given --ssh default

run stackctl build --builder mine --memory 64m --progress plain
expect_status 0
expect err contains "--memory has no effect"
must run stackctl build --provenance mode=max --sbom true
check "an attestation" given --provenance mode=max
check "another" given --sbom true
rm arguments
must run stackctl build --provenance false
check "one that is not wanted needs no BuildKit" test ! -e arguments

# --- only looked over, only printed, pushed ---

must run stackctl down -t 0
docker rmi -f "$project-web" > /dev/null
must run stackctl build --check --progress plain
check "--check" given --check
expect err contains "Image $project-web  Checked"
expect err lacks Built
check "with no image in the end" eval '! docker image inspect "$project-web"'
echo 'services: { web: { image: "127.0.0.1:1/it-buildx:1", build: { context: ctx, platforms: [linux/amd64, linux/arm64] } } }' > compose.yaml
must run stackctl build --push
check "several platforms are pushed by BuildKit" given --push
check "and by nobody else" test -z "$(grep -v '^ *\(Image\|web\)' <<< "$err")"
run stackctl build --push --check
expect_status 2
mkdir -p printed
cat > printed/compose.yaml << 'END'
services:
  base: { build: { context: ../other, dockerfile_inline: "FROM busybox:1.36" } }
  web:
    image: it-buildx-web:1
    build: { context: ../ctx, additional_contexts: { base: "service:base" }, args: { A: "1" }, secrets: [token] }
  none: { image: "busybox:1.36" }
secrets:
  token: { file: ../token }
END
cd printed || exit 1
rm -f ../arguments
must run stackctl build --print --build-arg B=2 web
printed() { jq -r "$1" <<< "$out"; }
check "what is meant, and what that needs" same '["base","web"]' "$(printed '.group.default.targets | tojson')"
check "another's image" same target:base "$(printed .target.web.contexts.base)"
check "arguments of either" same '{"A":"1","B":"2"}' "$(printed '.target.web.args | tojson')"
check "a secret" same "id=token,type=file,src=$work/token" "$(printed '.target.web.secret[0]')"
check "its Dockerfile" same "$work/ctx/Dockerfile" "$(printed .target.web.dockerfile)"
check "where it goes" same type=docker "$(printed '.target.web.output[0]')"
must run stackctl build --print --push
check "what has a name is pushed" same "type=docker type=registry" "$(printed '.target.base.output[0] + " " + .target.web.output[0]')"
check "nothing was built" test ! -e ../arguments
cd .. || exit 1

# --- what goes wrong ---

echo 'services: { web: { build: { context: ctx, ssh: [default] } } }' > compose.yaml
touch fail
run stackctl build --progress plain
expect_status 17
expect err contains 'the build failed: failed to solve: process "false" did not complete'
run stackctl --offline up -d --build
expect_status 17
expect err contains "--offline was given"
printf '#!/bin/sh\nexit 1\n' > bin/docker
run stackctl build
expect_status 17
expect err contains "compose.yaml:1:"
expect err contains "building with ssh needs BuildKit"
echo 'services: { web: { build: { context: ctx } } }' > compose.yaml
run stackctl build --check
expect_status 17
expect err contains "building with --check needs BuildKit"
echo 'services: { web: { build: { context: ctx, ssh: [default] } } }' > compose.yaml
printf '#!/bin/sh\n[ "$2" = version ] && exit 0\necho $$ > %s/child\nexec sleep 1000\n' "$work" > bin/docker
in_background log "$STACKCTL" build --progress plain
wait_for 10 test -s child
kill -INT "$pid"
wait_exit "$pid" 10
check "an interrupted build leaves no program" gone "$(cat child)"
printf '#!/bin/sh\nexec "$REAL" "$@"\n' > bin/docker
