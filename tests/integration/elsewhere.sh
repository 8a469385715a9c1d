#!/usr/bin/env bash
# Engines that are not on this machine: through ssh, over TLS, by a docker context. They are this one, by
# another way.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
[ "$(id -u)" = 0 ] || skip "an sshd of our own wants root"
for program in /usr/sbin/sshd ssh ssh-keygen openssl python3; do
    command -v $program > /dev/null || skip "no $program"
done
socket=${DOCKER_HOST#unix://}
[ -S "$socket" ] || skip "the engine is at no socket"
export XDG_RUNTIME_DIR=$work

# --- an sshd on loopback, with keys that nobody else has ---

mkdir -p "$work/ssh/bin" /run/sshd
cd "$work/ssh" || exit 1
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f me
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '%s\n' "Port $port" "ListenAddress 127.0.0.1" "HostKey $PWD/host" "AuthorizedKeysFile $PWD/me.pub" \
    "PidFile $PWD/pid" "StrictModes no" "UsePAM no" "PermitRootLogin yes" "SetEnv PATH=$PATH" > sshd.conf
/usr/sbin/sshd -D -e -f sshd.conf 2> log &
background+=("$!")
printf '%s\n' "Host there" "  HostName 127.0.0.1" "  Port $port" "  IdentityFile $PWD/me" "  IdentitiesOnly yes" \
    "  UserKnownHostsFile $PWD/known" > ssh.conf
printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$PWD/ssh.conf" > bin/ssh
chmod +x bin/ssh
PATH=$PWD/bin:$PATH
wait_for 10 grep -q listening log
there=ssh://root@there$socket

stack app << 'END'
services:
  web:
    image: busybox:1.36
    init: true
    command: [sh, -c, "cat /run/secrets/key; echo ready; sleep 600"]
    healthcheck: { test: [CMD, "true"], interval: 60s }
    secrets: [key]
  talker:
    image: busybox:1.36
    init: true
    stdin_open: true
    stop_grace_period: 0s
    command: [sh, -c, 'while read -r line; do echo "heard $$line"; [ "$$line" != end ] || exit 8; done']
secrets:
  key: { file: ./key.txt }
END
echo from-afar > key.txt
engine=$DOCKER_HOST
elsewhere() { env -u DOCKER_HOST "$STACKCTL" -p "$project" "$@"; }

# a host that ssh does not know is refused in ssh's own words, and at once
run elsewhere -H "$there" ps
expect_status 9
expect err contains "cannot reach the engine at $there: Host key verification failed."
printf '[127.0.0.1]:%s %s\n' "$port" "$(cat ../ssh/host.pub)" > ../ssh/known

run elsewhere -H "$there" up -d --wait
expect_status 0
run elsewhere -H "$there" ps
expect out matches "$project-web-1 .*busybox:1.36"
run elsewhere -H "$there" logs
expect out contains from-afar
expect out contains ready
same "$(grep -c '^Accepted publickey' ../ssh/log)" 3 || failed "one login a command: $(cat ../ssh/log)"
check "its secret was copied" test -z "$(state web 'range .Mounts}}{{.Source}}{{end')"
run env -u DOCKER_HOST "$STACKCTL" -H "ssh://root@there/nothing/here.sock" ps -p x
[ "$status" -ne 0 ] || failed "no engine is there"

# what is mounted from here must be there
cat > bind.yaml << 'END'
services:
  web: { volumes: [./key.txt:/data/key.txt:ro] }
END
run elsewhere -H "$there" -f compose.yaml -f bind.yaml up -d
expect_status 0 # it is the same machine, in truth

# what only this machine has is refused before anything is touched: seen from a mount namespace of our own
mkdir "$work/only"
must run elsewhere -H "$there" down
alone() {
    unshare --mount sh -c 'mount -t tmpfs none "$1" && echo x > "$1/file" && shift && exec "$@"' sh "$work/only" \
        env -u DOCKER_HOST "$STACKCTL" -p "$project" "$@"
}
cat > bind.yaml << END
services:
  web: { volumes: ["$work/only/file:/data/file"] }
END
run alone -H "$there" -f compose.yaml -f bind.yaml up -d
expect_status 15
expect err contains "bind.yaml:2:"
expect err contains "'$work/only/file', which is to be mounted at '/data/file', is not there on the machine of the engine ($there)"
check "nothing was touched" nothing_left
sed -i "s,only/file,only/made," bind.yaml
run alone -H "$there" -f compose.yaml -f bind.yaml up -d
expect_status 0 # in neither place: the engine makes it
check "the engine made it" test -d "$work/only/made"

# --- a docker context ---

export DOCKER_CONFIG=$work/config
mkdir -p "$DOCKER_CONFIG/contexts/meta/$(printf far | sha256sum | cut -d' ' -f1)"
printf '{"Name":"far","Endpoints":{"docker":{"Host":"%s"}}}' "$there" \
    > "$DOCKER_CONFIG/contexts/meta/$(printf far | sha256sum | cut -d' ' -f1)/meta.json"
run elsewhere --context far ps -q
expect_status 0
expect out contains "$(container web | cut -c1-12)"
run elsewhere --context fat ps -q
expect_status 9
expect err contains "unknown context 'fat' (from --context); did you mean 'far'?"
printf '{"currentContext":"far"}' > "$DOCKER_CONFIG/config.json"
run elsewhere ps -q
expect out contains "$(container web | cut -c1-12)"

# --- TLS ---

mkdir "$work/tls"
cd "$work/tls" || exit 1
certificate() { # NAME SUBJECT DAYS EXTENSION
    openssl req -newkey rsa:2048 -nodes -keyout "$1-key.pem" -out "$1.csr" -subj "/CN=$2" 2> /dev/null
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days "$3" -out "$1.pem" \
        -extfile <(printf '%s\n' "$4") 2> /dev/null
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 2 -subj "/CN=test CA" 2> /dev/null
certificate server localhost 2 "subjectAltName=DNS:localhost,IP:127.0.0.1"
certificate client me 2 "extendedKeyUsage=clientAuth"
certificate late localhost -1 "subjectAltName=DNS:localhost,IP:127.0.0.1"
mkdir mine bare && cp ca.pem mine && cp ca.pem bare && mv client.pem mine/cert.pem && mv client-key.pem mine/key.pem
in_background "$work/proxy.log" "$STACKCTL_SOURCE/tests/support/tls-proxy.py" "$socket" "$PWD" "$PWD/port"
wait_for 10 test -s port
export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$PWD/mine
run elsewhere -H "tcp://127.0.0.1:$(cat port)" ps -q
expect_status 0
expect out contains "$(DOCKER_HOST=$engine DOCKER_TLS_VERIFY='' container web | cut -c1-12)"
# a session has both its ways open
over_tls() { elsewhere -H "tcp://127.0.0.1:$(cat port)" "$@"; }
mkfifo keys
exec 7<> keys
over_tls attach talker < keys > attached 2>&1 &
pid=$!
background+=("$pid")
spoken() { echo hello >&7 && grep -q 'heard hello' attached; }
wait_for 20 spoken
echo end >&7
wait_exit "$pid" 20
expect_status 8
over_tls exec -T web sh -c 'read -r word; echo "$word back"; echo err >&2; exit 7' <&7 > said 2> errors &
pid=$!
background+=("$pid")
echo there >&7
wait_exit "$pid" 20
expect_status 7
check "exec, both streams and the input" same "there back/err" "$(cat said)/$(cat errors)"
exec 7>&-
# the input's end is TLS's own, not a connection that was cut
check "exec, the input to its end" same "3000000" "$(head -c 3000000 /dev/zero | over_tls exec -T web wc -c | tr -d ' ')"
DOCKER_CERT_PATH=$PWD/bare run elsewhere -H "tcp://127.0.0.1:$(cat port)" ps -q
expect_status 9
expect err contains certificate
DOCKER_CERT_PATH=$PWD/none run elsewhere -H "tcp://127.0.0.1:$(cat port)" ps -q
expect_status 9
expect err matches 'self.signed certificate'
mkdir late && cp ca.pem late && mv late-key.pem late/server-key.pem && mv late.pem late/server.pem
in_background "$work/late.log" "$STACKCTL_SOURCE/tests/support/tls-proxy.py" "$socket" "$PWD/late" "$PWD/late/port"
wait_for 10 test -s late/port
run elsewhere -H "tcp://127.0.0.1:$(cat late/port)" ps -q
expect_status 9
expect err matches 'expired'
DOCKER_TLS_VERIFY='' run elsewhere -H "tcp://127.0.0.1:$(cat port)" ps -q
expect_status 9
unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH

run elsewhere -H "$there" down
expect_status 0
check "nothing is left" nothing_left
check "no ssh is left" test -z "$(pgrep -f "$work/stackctl-")"
check "no folder is left" test -z "$(ls -d "$work"/stackctl-* 2> /dev/null)"
