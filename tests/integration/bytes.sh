#!/usr/bin/env bash
# What containers write comes whole, in order and as it was written, whatever it is, where no terminal is in between: a
# line of 10 MB, a program, NULs, escapes, and an end without a line end, from logs and from an attached up.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project
stack bytes << 'END'
services:
  web:
    image: busybox:1.36
    command:
      - sh
      - -c
      - |
        head -c 10000000 /dev/zero | tr '\000' x; echo
        head -c 300000 /bin/busybox
        printf '\na\000b\r\033[2J\033]0;title\007\342\200\256\ntwo\nno end'
    logging: { driver: local } # the usual one keeps text only
END

# the same bytes, from the image itself
wanted=$(docker run --rm busybox:1.36 sh -c "$(sed -n '/|$/,/no end/p' compose.yaml | sed -e 1d -e 's/^        //')" | sha256sum)
# the line end that the last line lacks is added, and nothing else
given() { head -c -1 "$1" | sha256sum; }

"$STACKCTL" up --no-color --no-log-prefix > up.out 2> up.err
check "an attached up ends well" same 0 $?
grep -av '^web-1 exited with code 0$' up.out > up.log
check "an attached up shows all bytes" same "$wanted" "$(given up.log)"
"$STACKCTL" logs --no-color --no-log-prefix > logs.out 2> logs.err
check "logs ends well" same 0 $?
check "logs shows all bytes" same "$wanted" "$(given logs.out)"
"$STACKCTL" logs --no-color > prefixed.out
check "logs with prefixes ends well" same 0 $?
check "no line is without its prefix" same 0 "$(grep -avc '^web-1  | ' prefixed.out)"
run stackctl down
expect_status 0
