#!/usr/bin/env bash
# Five worktrees of one file with fixed names and ports run side by side: each has names and ports of its own,
# the same ones every time, and `down` of one touches no other.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v git > /dev/null || skip "no git"

export GIT_CONFIG_GLOBAL=/dev/null
stack main << END
name: $project
x-stackctl: { instances: worktree }
services:
  web:
    image: busybox:1.36
    container_name: $project-fixed
    command: [sh, -c, "echo \$\$WHO > index.html; exec httpd -f -p 80"]
    init: true
    environment: { WHO: "\${COMPOSE_PROJECT_NAME}" }
    ports: ["18481:80", "127.0.0.1:18482:81"]
    volumes: ["data:/data"]
    healthcheck: { test: [CMD, wget, -qO, /dev/null, "http://127.0.0.1/"], interval: 1s }
volumes: { data: { name: $project-data } }
networks: { default: { name: $project-net } }
END
git init -q . && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm first
trees="a b c d"
end() {
    local tree
    for tree in $trees x y; do clean "$project-$tree"; done
}
trap 'end; finish' EXIT
for tree in $trees; do git worktree add -q "$work/$tree" 2> /dev/null; done

# --- all at once ---

ups=()
for tree in main $trees; do
    (cd "$work/$tree" && exec "$STACKCTL" up -d --wait) > "$work/up-$tree" 2>&1 &
    ups+=($!)
    background+=($!)
done
for up in "${ups[@]}"; do
    wait_exit "$up" 120
    [ "$status" -eq 0 ] || { cat "$work"/up-*; failed "all five come up"; }
done

port_of() { (cd "$work/$1" && stackctl port web 80 | head -n 1 | sed 's/.*://'); }
said_by() { docker exec "$1" wget -qO - http://127.0.0.1/; }
check "the main worktree has what the file says" same "$(port_of main)" 18481
check "and the name that it says" same "$(said_by "$project-fixed")" "$project"
ports=""
for tree in $trees; do
    port=$(port_of "$tree")
    ports="$ports $port"
    check "the port of $tree leads to $tree" same "$(wget -qO - "http://127.0.0.1:$port/")" "$project-$tree"
    check "$tree has a container name of its own" docker inspect "$project-fixed-$tree"
    check "$tree has data of its own" docker volume inspect "$project-data-$tree"
    check "$tree has a network of its own" docker network inspect "$project-net-$tree"
done
check "no port is anybody else's" same "$(tr ' ' '\n' <<< "$ports" | sort -u | grep -c .)" 4
must run stackctl ls --filter "name=$project"
for tree in $trees; do expect out matches "^$project-$tree .*$work/$tree/compose.yaml"; done

# --- one goes, and comes back to the same place ---

cd "$work/b" || exit 1
before=$(port_of b)
must run stackctl env web
expect out contains "WEB_PORT_80=$before"
must run stackctl status
expect out contains ":$before->80/tcp"
must run stackctl down -v
check "its data is gone" same "$(docker volume ls -q --filter "name=$project-data-b")" ""
for tree in a c d; do check "$tree still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-fixed-$tree")" running; done
check "the first still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-fixed")" running
must run stackctl up -d --wait
check "it has the same port again" same "$(port_of b)" "$before"
must run stackctl plan --exit-code

# --- by name, from one folder ---

cd "$work/main" || exit 1
must run stackctl --instance x up -d --wait
must run stackctl --instance y up -d --wait
check "x is a stack of its own" docker inspect "$project-fixed-x"
must run stackctl --instance x down -v
check "y still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-fixed-y")" running
must run stackctl --instance y down -v
check "the first still runs" same "$(docker inspect -f '{{.State.Status}}' "$project-fixed")" running
run stackctl --instance 'No!' ps
expect_status 2
expect err contains "instance name 'No!'"
expect err contains "did you mean 'no'?"

# --- what cannot be ---

cp -r "$work/main" "$work/other"
cd "$work/other" || exit 1
rm -rf .git
sed -i "s/^name: .*/name: $project-y/; /container_name/d; s/$project-data/$project-y-data/; s/$project-net/$project-y-net/" compose.yaml
run stackctl up -d
expect_status 6
expect err contains "port 18481 is held by container '$project-fixed'"
sed -i 's/instances: worktree/instances: branch/' compose.yaml
run stackctl config -q
expect_status 15
expect err contains "compose.yaml:2:26: error: 'instances' of x-stackctl can only be 'worktree'"
touch "$work/file"
XDG_STATE_HOME=$work/file run stackctl -f "$work/main/compose.yaml" --instance z config -q
expect_status 15
expect err contains "cannot write '$work/file/stackctl/instances.json'"
for tree in $trees; do (cd "$work/$tree" && stackctl down -v) > /dev/null 2>&1; done
check "nothing is left of them" same "$(docker ps -aq --filter "name=$project-fixed-")" ""
