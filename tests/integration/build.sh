#!/usr/bin/env bash
# Images that are built: what reaches the engine, what is left out, what a failure tells, and that a
# container follows its image.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project
cd "$work" || exit 1

remove_images() {
    local ids
    ids=$(docker images -q --filter "label=com.docker.compose.project=$project")
    [ -z "$ids" ] || docker rmi -f $ids > /dev/null 2>&1
}
trap 'result=$?; stackctl down -t 0 > /dev/null 2>&1; remove_images; (exit $result); finish' EXIT

# --- the context ---

mkdir -p ctx/keep/deep ctx/drop/deep 'ctx/a folder'
echo in > ctx/keep/deep/file
echo out > ctx/drop/deep/file
echo back > ctx/drop/deep/back
echo spaced > 'ctx/a folder/ünï'
long=$(printf 'x%.0s' {1..120})
echo long > "ctx/$long"
ln -s . ctx/loop
ln -s /nowhere ctx/dangling
head -c 40000000 /dev/urandom > ctx/big
chmod 750 ctx/keep/deep/file
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("ctx/socket")'
printf '%s\n' '# comment' drop '!drop/deep/back' '*.log' > ctx/.dockerignore
touch ctx/noise.log
cat > ctx/Dockerfile << 'END'
FROM busybox:1.36
ARG NAME=nobody
COPY . /ctx
RUN echo "$NAME" > /name
CMD ["sleep", "1000"]
END
cat > compose.yaml << 'END'
services:
  web:
    build: { context: ctx, args: { NAME: file }, labels: { mine: "1" }, tags: ["it-build-extra:1"] }
    stop_grace_period: 0s
END
must run stackctl up -d --progress plain
expect err contains "web | Step 1/"
expect err contains "Image $project-web  Built"
inside() { docker exec "$(container web)" "$@"; }
check "a file" same "$(inside cat /ctx/keep/deep/file)" in
check "its mode" same "$(inside stat -c %a /ctx/keep/deep/file)" 750
check "its owner" same "$(inside stat -c %u:%g /ctx/keep/deep/file)" 0:0
check "what is taken back" same "$(inside cat /ctx/drop/deep/back)" back
check "what is left out" inside test ! -e /ctx/drop/deep/file
check "a pattern" inside test ! -e /ctx/noise.log
check "a socket" inside test ! -e /ctx/socket
check "a loop is a link" inside test -L /ctx/loop
check "a dangling link" inside test -L /ctx/dangling
check "a name with spaces and letters" same "$(inside cat '/ctx/a folder/ünï')" spaced
check "a long name" same "$(inside cat "/ctx/$long")" long
check "a big file" same "$(inside sha256sum /ctx/big | cut -d' ' -f1)" "$(sha256sum < ctx/big | cut -d' ' -f1)"
check "an argument" same "$(inside cat /name)" file
label() { docker image inspect -f "{{index .Config.Labels \"$1\"}}" "$project-web"; }
check "its label" same "$(label mine)" 1
check "the project's label" same "$(label com.docker.compose.project)" "$project"
check "the service's label" same "$(label com.docker.compose.service)" web
check "a further tag" docker image inspect it-build-extra:1
docker rmi it-build-extra:1 > /dev/null

# --- a container follows its image ---

before=$(container web)
must run stackctl up -d --build --progress plain
expect err contains "Container $project-web-1  Running"
check "what did not change is kept" same "$before" "$(container web)"
echo changed > ctx/keep/deep/file
must run stackctl up -d --progress plain
check "what is there is not built again" same "$before" "$(container web)"
must run stackctl up -d --build --progress plain
expect err contains "Container $project-web-1  Recreated"
check "the new file" same "$(inside cat /ctx/keep/deep/file)" changed
must run stackctl build --build-arg NAME=line --progress plain
must run stackctl up -d
check "an argument of the command line" same "$(inside cat /name)" line
must run stackctl build -q --no-cache
expect err lacks "Step 1/"

# --- other Dockerfiles ---

cat > outside.Dockerfile << 'END'
FROM busybox:1.36
COPY . /ctx
END
cat > compose.yaml << 'END'
services:
  web: { build: { context: ctx, dockerfile: ../outside.Dockerfile } , command: sleep 1000, stop_grace_period: 0s }
  inline:
    build:
      context: ctx
      dockerfile_inline: |
        FROM busybox:1.36 AS first
        COPY keep /first
        FROM first AS second
        RUN echo second > /second
      target: first
    command: sleep 1000
    stop_grace_period: 0s
END
must run stackctl up -d --build --progress plain
check "ours is not copied" same "$(inside find /ctx -maxdepth 1 -name '.dockerfile*')" ""
check "the target" docker exec "$(container inline)" test ! -e /second
check "the stage" docker exec "$(container inline)" test -e /first/deep/file
cp outside.Dockerfile ctx/Own
echo 'keep' > ctx/Own.dockerignore
sed -i 's,../outside.Dockerfile,Own,' compose.yaml
must run stackctl up -d --build --progress plain web
check "the Dockerfile's own ignore file" inside test ! -e /ctx/keep
check "instead of the folder's" inside test -e /ctx/noise.log

# --- run and create build when they are told to ---

cat > compose.yaml << 'END'
services:
  one: { build: { context: ctx, dockerfile_inline: "FROM busybox:1.36\nARG V=1\nRUN echo $$V > /v" }, command: cat /v }
END
must run stackctl run --rm --quiet-build one
check "what is not there is built" same 1 "$out"
expect err lacks "Step 1"
sed -i 's/V=1/V=2/' compose.yaml
must run stackctl run --rm one
check "what is there is not" same 1 "$out"
must run stackctl run --rm --build one
check "unless --build" same 2 "$out"
sed -i 's/V=2/V=3/' compose.yaml
must run stackctl create --build
must run stackctl run --rm one
check "create --build" same 3 "$out"
run stackctl create --build --no-build
expect_status 2

# --- what goes wrong ---

# refused STATUS TEXT, the build on stdin
refused() {
    { echo 'services:'; echo '  web:'; sed 's/^/    /'; } > compose.yaml
    run stackctl up -d --build --progress plain
    expect_status 17
    expect err matches "$1"
    expect err contains 'compose.yaml:3:'
}
was=$(container web)
refused "build context '.*absent': No such file" <<< 'build: absent'
refused "build context '.*Own' is not a folder" <<< 'build: ctx/Own'
refused "cannot read Dockerfile '.*ctx/Nope'" <<< 'build: { context: ctx, dockerfile: Nope }'
refused "dockerfile parse error|unknown instruction" <<< 'build: { context: ctx, dockerfile_inline: "FORM x" }'
refused "failed at 'Step 2/[0-9]+ : RUN echo last words; exit 3'.*returned a non-zero code: 3" \
    <<< 'build: { context: ctx, dockerfile_inline: "FROM busybox:1.36\nRUN echo last words; exit 3" }'
expect err contains '| last words'
# Without BuildKit's program, whether the machine has it or not.
mkdir bin
printf '#!/bin/sh\nexit 1\n' > bin/docker
chmod +x bin/docker
path=$PATH
export PATH=$work/bin:$PATH
refused "RUN --mount needs BuildKit" \
    <<< 'build: { context: ctx, dockerfile_inline: "FROM busybox:1.36\nRUN --mount=type=tmpfs,target=/t true" }'
refused "building with ssh needs BuildKit" <<< 'build: { context: ctx, ssh: [default] }'
export PATH=$path
check "a failed build leaves what runs" same "$was" "$(container web)"
[ "$(id -u)" = 0 ] || { chmod 0 ctx/big; refused "'big': Permission denied" <<< 'build: ctx'; chmod 644 ctx/big; }
printf 'a\n[\n' > ctx/.dockerignore
{ echo 'services:'; echo '  web: { build: ctx }'; } > compose.yaml
run stackctl build --progress plain
expect_status 15
expect err contains ".dockerignore:2:1: error:"
expect err contains "malformed pattern"
