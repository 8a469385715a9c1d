#!/usr/bin/env bash
# images.sh — makes small stand-ins for the public images that the examples and the tests use, from
# Debian packages, for machines that cannot reach a registry. Nothing is installed on the machine:
# packages are downloaded, unpacked and picked from. It knows nothing of how an engine is started.
#
#   images.sh build [NAME...]     make what is missing in the cache; all without a name
#   images.sh load NAME...        load these into the engine of DOCKER_HOST under their public names
#   images.sh push HOST:PORT      put all of them into a registry
#   images.sh registry            print the path of a docker-registry program
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# name: the public names it stands for
declare -A tags=(
    [busybox]="busybox:latest busybox:1.36 alpine:latest alpine:3.20"
    [redis]="redis:7-alpine"
    [postgres]="postgres:16-alpine"
    [nginx]="nginx:alpine"
)
# name: the Debian packages it is made of, besides busybox and the libraries these need
declare -A packages=(
    [busybox]=""
    [redis]="redis-server redis-tools"
    [postgres]="postgresql-15 postgresql-client-15 tzdata"
    [nginx]="nginx nginx-common"
    [registry]="docker-registry"
)
# libraries that are named by those packages but used by nothing we pick
unused='^lib(llvm|z3|perl|db5|gdbm|elogind|newt|slang|debian-installer|semanage|sepol|textwrap|nginx|bpf|elf|tirpc|json-perl|sasl2-modules|audit-common|c-bin|c-l10n|pam-modules)'

# A change of these scripts makes everything anew.
version=$(cat "$here/images.sh" "$here"/images/* | sha256sum | cut -c1-12)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stackctl-tests
made=$cache/images-$version
unpacked=$cache/unpacked # only while something is made

say() { printf 'images: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# --- packages ---

library_packages() { # PACKAGE...
    apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances "$@" |
        grep -E '^(lib|zlib)[a-z0-9.+-]*$' | grep -Ev "$unused" | sort -u
}

unpack_packages() { # PACKAGE...
    command -v apt-get > /dev/null || die "making images needs apt-get and a Debian mirror"
    say "downloading Debian packages"
    rm -rf "$unpacked"
    mkdir -p "$unpacked/debs"
    (cd "$unpacked/debs" && apt-get -qq -o APT::Sandbox::User=root download "$@" $(library_packages "$@"))
    local deb
    for deb in "$unpacked"/debs/*.deb; do
        dpkg -x "$deb" "$unpacked"
    done
    rm -rf "$unpacked/debs"
}

# --- root file systems ---

# The parts every root has: one busybox under all its names, users, a place for temporary files.
root_begin() { # ROOT
    mkdir -p "$1"/{bin,etc,tmp,root,proc,sys,dev,run,var/log,usr/local/bin}
    ln -s ../run "$1/var/run"
    chmod 1777 "$1/tmp"
    cp "$unpacked/bin/busybox" "$1/bin/"
    local applet
    for applet in $("$unpacked/bin/busybox" --list); do
        [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
    done
    printf '%s\n' root:x:0:0:root:/root:/bin/sh postgres:x:70:70::/var/lib/postgresql:/bin/sh \
        redis:x:999:999::/data:/bin/sh nginx:x:101:101::/nonexistent:/bin/sh \
        nobody:x:65534:65534::/nonexistent:/bin/sh > "$1/etc/passwd"
    printf '%s\n' root:x:0: postgres:x:70: redis:x:999: nginx:x:101: nogroup:x:65534: > "$1/etc/group"
    printf 'hosts: files dns\n' > "$1/etc/nsswitch.conf"
}

# Copies programs or plug-ins, and every library they are linked with, to where they are in Debian.
add_linked() { # ROOT FILE...
    local root=$1 loader dirs file lib
    shift
    loader=$(find "$unpacked"/lib/*-linux-gnu* -name 'ld-linux*.so.*' | head -n 1)
    dirs=$(echo "$unpacked"/lib/*-linux-gnu* "$unpacked"/usr/lib/*-linux-gnu* | tr ' ' ':')
    for file in "$@"; do
        add_file "$root" "$file"
        "$loader" --library-path "$dirs" --list "$unpacked/$file" > "$root.ldd" ||
            die "cannot find the libraries of '$file'"
        if grep 'not found' "$root.ldd" >&2; then
            die "cannot find all libraries of '$file'"
        fi
        while read -r lib; do
            add_file "$root" "${lib#"$unpacked"/}"
        done < <(grep -oE "$unpacked/[^ ]+" "$root.ldd" | sort -u)
    done
    rm -f "$root.ldd"
    add_loader "$root" "$loader"
}

# Programs name their loader by an absolute path, /lib64/... or /lib/..., that libc6 has as a link.
add_loader() { # ROOT LOADER
    local link
    for link in $(cd "$unpacked" && find lib lib64 -maxdepth 1 -name 'ld-linux*.so.*' 2> /dev/null); do
        mkdir -p "$1/$(dirname "$link")"
        cp "$2" "$1/$link"
    done
}

add_file() { # ROOT FILE
    [ -e "$1/$2" ] && return
    mkdir -p "$1/$(dirname "$2")"
    cp -L "$unpacked/$2" "$1/$2"
}

make_busybox() { # ROOT
    root_begin "$1"
}

make_redis() { # ROOT
    root_begin "$1"
    add_linked "$1" usr/bin/redis-check-rdb usr/bin/redis-cli
    ln "$1/usr/bin/redis-check-rdb" "$1/usr/bin/redis-server" # one program with two names
    install -m 755 "$here/images/redis-entrypoint.sh" "$1/usr/local/bin/docker-entrypoint.sh"
    mkdir -p "$1/data"
    chown 999:999 "$1/data" 2>/dev/null || chmod 777 "$1/data"
}

make_postgres() { # ROOT
    local bin=usr/lib/postgresql/15/bin name
    root_begin "$1"
    for name in postgres initdb pg_ctl pg_isready psql pg_dump; do
        add_linked "$1" $bin/$name
        ln -s "/$bin/$name" "$1/usr/local/bin/$name"
    done
    add_linked "$1" $(cd "$unpacked" && find usr/lib/postgresql/15/lib -maxdepth 1 -name '*.so' ! -name 'llvmjit*' ! -name pgxml.so)
    mkdir -p "$1/usr/share/postgresql" "$1/var/lib/postgresql/data" "$1/run/postgresql" "$1/docker-entrypoint-initdb.d"
    cp -r "$unpacked/usr/share/postgresql/15" "$1/usr/share/postgresql/"
    rm -rf "$1/usr/share/postgresql/15/man"
    mkdir -p "$1/usr/share/zoneinfo/Etc"
    cp -L "$unpacked/usr/share/zoneinfo/UTC" "$1/usr/share/zoneinfo/"
    cp -L "$unpacked/usr/share/zoneinfo/Etc/UTC" "$1/usr/share/zoneinfo/Etc/"
    install -m 755 "$here/images/postgres-entrypoint.sh" "$1/usr/local/bin/docker-entrypoint.sh"
    chmod 777 "$1/run/postgresql" "$1/var/lib/postgresql/data"
}

make_nginx() { # ROOT
    root_begin "$1"
    add_linked "$1" usr/sbin/nginx
    mkdir -p "$1"/etc/nginx/conf.d "$1"/usr/share/nginx/html "$1"/var/{cache,lib,log}/nginx
    cp "$unpacked/etc/nginx/mime.types" "$1/etc/nginx/"
    cp "$here/images/nginx.conf" "$1/etc/nginx/nginx.conf"
    cp "$here/images/nginx-default.conf" "$1/etc/nginx/conf.d/default.conf"
    echo '<h1>Welcome to nginx!</h1>' > "$1/usr/share/nginx/html/index.html"
    ln -sf /dev/stdout "$1/var/log/nginx/access.log"
    ln -sf /dev/stderr "$1/var/log/nginx/error.log"
}

# --- images ---

# The run-time settings of an image, as its public namesake has them.
settings() { # NAME
    case $1 in
    busybox) echo '{"Cmd":["sh"]}' ;;
    redis) echo '{"Cmd":["redis-server"],"Entrypoint":["docker-entrypoint.sh"],"WorkingDir":"/data","ExposedPorts":{"6379/tcp":{}},"Volumes":{"/data":{}}}' ;;
    postgres) echo '{"Cmd":["postgres"],"Entrypoint":["docker-entrypoint.sh"],"ExposedPorts":{"5432/tcp":{}},"StopSignal":"SIGINT","Volumes":{"/var/lib/postgresql/data":{}},"Env":["PGDATA=/var/lib/postgresql/data"]}' ;;
    nginx) echo '{"Cmd":["nginx","-g","daemon off;"],"ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGQUIT"}' ;;
    esac
}

machine() {
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
    esac
}

digest() { # FILE
    printf 'sha256:%s' "$(sha256sum "$1" | cut -d' ' -f1)"
}

make_registry() {
    say "unpacking docker-registry"
    mkdir -p "$made/registry.new"
    cp "$unpacked/usr/bin/docker-registry" "$made/registry.new/"
    mv -T "$made/registry.new" "$made/registry"
}

# Leaves made/NAME with layer.tar.gz, config.json and manifest.json.
make_image() { # NAME
    local name=$1 work
    say "making $name"
    work=$(mktemp -d "$cache/$name.XXXXXX")
    mkdir "$work/root"
    "make_$name" "$work/root"
    tar --sort=name --mtime=@1700000000 --numeric-owner --owner=0 --group=0 -cf "$work/layer.tar" -C "$work/root" .
    rm -rf "$work/root"
    write_config "$name" "$work"
    gzip -1 -n "$work/layer.tar"
    write_manifest "$work"
    mv -T "$work" "$made/$name"
}

write_config() { # NAME FOLDER
    local path='["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
    settings "$1" | jq -c --argjson path "$path" --arg arch "$(machine)" --arg diff "$(digest "$2/layer.tar")" \
        '{architecture: $arch, os: "linux", created: "2023-11-14T22:13:20Z",
          config: (. + {Env: ($path + (.Env // []))}),
          rootfs: {type: "layers", diff_ids: [$diff]},
          history: [{created: "2023-11-14T22:13:20Z", created_by: "images.sh"}]}' > "$2/config.json"
}

write_manifest() { # FOLDER
    local kind=application/vnd.docker
    jq -nc --arg kind $kind --arg config "$(digest "$1/config.json")" --arg layer "$(digest "$1/layer.tar.gz")" \
        --argjson config_size "$(stat -c %s "$1/config.json")" --argjson layer_size "$(stat -c %s "$1/layer.tar.gz")" \
        '{schemaVersion: 2, mediaType: ($kind + ".distribution.manifest.v2+json"),
          config: {mediaType: ($kind + ".container.image.v1+json"), size: $config_size, digest: $config},
          layers: [{mediaType: ($kind + ".image.rootfs.diff.tar.gzip"), size: $layer_size, digest: $layer}]}' > "$1/manifest.json"
}

build() { # NAME...
    local name missing=() jobs=() job
    mkdir -p "$made"
    exec 9> "$cache/lock"
    flock 9
    for name in "$@"; do
        [ -n "${packages[$name]+known}" ] || die "no image '$name'; there are: ${!tags[*]}"
        [ -d "$made/$name" ] || missing+=("$name")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        unpack_packages busybox-static $(for name in "${missing[@]}"; do echo "${packages[$name]}"; done)
        for name in "${missing[@]}"; do
            if [ "$name" = registry ]; then make_registry; else make_image "$name"; fi &
            jobs+=($!)
        done
        for job in "${jobs[@]}"; do
            wait "$job" || die "not everything could be made"
        done
        rm -rf "$unpacked"
        find "$cache" -maxdepth 1 -name 'images-*' -mtime +14 ! -path "$made" -exec rm -rf {} +
    fi
    flock -u 9
}

# --- where images go ---

load() { # NAME...
    local name work
    work=$(mktemp -d)
    for name in "$@"; do
        rm -rf "${work:?}"/*
        cp "$made/$name/config.json" "$made/$name/layer.tar.gz" "$work/"
        jq -nc '[{Config: "config.json", RepoTags: $ARGS.positional, Layers: ["layer.tar.gz"]}]' \
            --args ${tags[$name]} > "$work/manifest.json"
        tar -c -C "$work" . | docker load -q > /dev/null
    done
    rm -rf "$work"
}

push_blob() { # REPOSITORY-URL FILE
    local place
    curl -fsI -o /dev/null "$1/blobs/$(digest "$2")" && return
    place=$(curl -fsS -X POST -D - -o /dev/null "$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    curl -fsS -o /dev/null -T "$2" -H 'Content-Type: application/octet-stream' "$place&digest=$(digest "$2")"
}

push() { # HOST:PORT
    local name tag url
    for name in "${!tags[@]}"; do
        for tag in ${tags[$name]}; do
            url=http://$1/v2/library/${tag%:*}
            push_blob "$url" "$made/$name/config.json"
            push_blob "$url" "$made/$name/layer.tar.gz"
            curl -fsS -o /dev/null -T "$made/$name/manifest.json" \
                -H "Content-Type: $(jq -r .mediaType "$made/$name/manifest.json")" "$url/manifests/${tag#*:}"
        done
    done
}

case ${1:-} in
build)
    [ $# -gt 1 ] || set -- build "${!packages[@]}"
    build "${@:2}"
    ;;
load) build "${@:2}" && load "${@:2}" ;;
push) build "${!tags[@]}" && push "$2" ;;
registry) build registry && echo "$made/registry/docker-registry" ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
