#!/usr/bin/env bash
# Ready means ready: a chain of services does not wait for the engine's next check, a crash loop fails
# every time with its real exit code, a job is ready when it has ended well and fails at once when not.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v jq > /dev/null || skip "no jq to read the engine's log of checks with"
export COMPOSE_PROJECT_NAME=$project

# --- a chain: each is ready after 0.3 s, and checked by the engine only every 5 s ---

chain=(s1 s2 s3 s4 s5)
{
    echo services:
    before=
    for s in "${chain[@]}"; do
        cat << END
  $s:
    image: busybox:1.36
    command: [sh, -c, "sleep 0.3; touch /tmp/up; sleep 1000"]
    init: true
    stop_grace_period: 1s
    healthcheck: { test: [CMD, test, -e, /tmp/up], interval: 5s }
END
        [ -z "$before" ] || echo "    depends_on: { $before: { condition: service_healthy } }"
        before=$s
    done
} | stack chain
cd "$work/chain" || exit 1

# The engine had not yet checked SERVICE itself when NEXT was started.
unchecked_before() { # SERVICE NEXT
    local first started
    first=$(docker inspect "$(container "$1")" | jq -r '.[0].State.Health.Log[0].Start // empty')
    started=$(state "$2" .State.StartedAt)
    [ -z "$first" ] || [ "$(date -d "$first" +%s)" -ge "$(date -d "$started" +%s)" ]
}

began=$SECONDS
must run stackctl up -d --wait
check "up takes less than the 25 s of five checks by the engine" test $((SECONDS - began)) -lt 15
for i in 1 2 3 4; do
    check "${chain[i]} did not wait for the engine to check ${chain[i - 1]}" \
        unchecked_before "${chain[i - 1]}" "${chain[i]}"
done
must run stackctl down

# --- the check runs as the engine would run it: user, environment, shell, folder ---

stack same << 'END'
services:
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    user: "1234"
    working_dir: /etc
    environment: { TOKEN: "a b" }
    healthcheck:
      test: 'test "$$(id -u) $$PWD $$TOKEN" = "1234 /etc a b"'
      interval: 1000s
END
must run stackctl up -d --wait
check "the engine itself did not check yet" same starting "$(state web .State.Health.Status)"
must run stackctl down

# --- without our own checks the engine's schedule decides ---

sed -i 's/interval: 1000s/interval: 2s/' compose.yaml
must run stackctl up -d --wait --no-accelerated-checks
check "the engine found it healthy" same healthy "$(state web .State.Health.Status)"
must run stackctl down

# --- a check that hangs is not started again beside itself ---

stack hang << 'END'
services:
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    healthcheck: { test: [CMD, sleep, "2000"], interval: 1000s, timeout: 1s }
END
run stackctl up -d --wait --wait-timeout 4
expect_status 124
check "one check hangs, not several" same 1 "$(docker top "$(container web)" | grep -c 'sleep 2000')"
must run stackctl down

# --- a crash loop ---

stack crash << 'END'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "echo no config file; sleep 0.3; exit 1"]
    restart: always
END
for _ in 1 2 3 4 5 6 7 8 9 10; do
    run stackctl up -d --wait
    expect_status 5
    expect err contains "service 'web'"
    expect err contains "exited with code 1"
    expect err contains "no config file"
    must run stackctl down
done
must run stackctl up -d # plain up returns as soon as all is started
must run stackctl down

# --- jobs, and what stays up without a check ---

stack job << 'END'
services:
  migrate:
    image: busybox:1.36
    command: [sh, -c, "exit $CODE"]
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
END
export CODE=0
must run stackctl up -d --wait
check "the job has ended" same "exited 0" "$(state migrate .State.Status) $(state migrate .State.ExitCode)"
check "the other runs" same running "$(state web .State.Status)"
must run stackctl down
export CODE=3
run stackctl up -d --wait
expect_status 5
expect err contains "service 'migrate'"
expect err contains "exited with code 3"
must run stackctl down

# --- an image without a shell is asked from outside, at its own address, also on a network it shares ---

stack outside << 'END'
services:
  web:
    image: busybox:1.36
    command: [sh, -c, "sleep 0.5; mkdir /w; echo hi > /w/up; exec httpd -f -p 8080 -h /w"]
    init: true
    stop_grace_period: 1s
    x-stackctl: { ready: { http: { port: 8080, path: /up, status: 200 } } }
  side:
    image: busybox:1.36
    command: [sh, -c, "echo listening; exec nc -ll -p 9000 -e cat"]
    init: true
    stop_grace_period: 1s
    network_mode: service:web
    x-stackctl: { ready: { tcp: 9000, log: ^listen } }
  last:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    depends_on: { side: { condition: service_healthy } }
  wrong:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    profiles: [wrong]
    x-stackctl: { ready: { tcp: 9, timeout: 1s } }
END
must run stackctl up -d --wait
check "the last was started" same running "$(state last .State.Status)"
(cd / && must run stackctl wait --for ready --timeout 20)
run stackctl up -d --wait wrong
expect_status 5
expect err matches "service 'wrong': was not ready within 1 s: tcp [0-9.]+:9: connection refused"
expect err matches "last probe: tcp [0-9.]+:9: connection refused"
must run stackctl down

# --- what is waited for to complete is a job, by its label too ---

stack long << 'END'
services:
  job:
    image: busybox:1.36
    command: [sleep, "4"]
    init: true
  web:
    image: busybox:1.36
    command: [sleep, "1000"]
    init: true
    stop_grace_period: 1s
    depends_on: { job: { condition: service_completed_successfully } }
END
must run stackctl up -d
must run stackctl start
must run stackctl wait --for ready --timeout 20
check "the job has ended" same exited "$(state job .State.Status)"
must run stackctl down
check "nothing is left" nothing_left
