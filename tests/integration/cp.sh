#!/usr/bin/env bash
# cp: files into a service's containers and out of them, where they land by their names, and what is refused.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
export COMPOSE_PROJECT_NAME=$project
stack app << 'END'
services:
  web:
    image: busybox:1.36
    init: true
    command: [sleep, "600"]
    scale: 2
END
must run stackctl up -d
inside() { docker exec "$(container web "${2:-1}")" sh -c "$1"; }

mkdir -p tree/sub
echo one > tree/a
echo two > tree/sub/b
ln -s a tree/link
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
echo file > file

# into every instance; a folder that is there takes it in, another path is its new name
run stackctl cp file web:/tmp/x
expect_status 0
same "$(inside 'cat /tmp/x')$(inside 'cat /tmp/x' 2)" filefile || failed "the file is in both instances"
must run stackctl cp --index 2 tree web:/tmp
check "only in the second" inside 'test -e /tmp/tree/sub/b' 2
inside 'test -e /tmp/tree' && failed "not in the first"
must run stackctl cp tree web:/tmp/new
must run stackctl cp tree/. web:/tmp
same "$(inside 'readlink /tmp/new/link; cat /tmp/new/sub/b /tmp/sub/b')" "a
two
two" || failed "folders by a new name, and without themselves: $(inside 'ls -R /tmp')"
inside 'test -e /tmp/new/socket' && failed "a socket is left out"
must run stackctl cp -L tree/link web:/tmp/copied
check "-L copies what the link leads to" inside 'test -f /tmp/copied && ! test -L /tmp/copied'

# and out
mkdir out
must run stackctl cp web:/tmp/new out
check "into a folder" diff -r --exclude=socket tree out/new
must run stackctl cp web:/tmp/new/. out/flat
check "its contents" diff -r --exclude=socket tree out/flat
must run stackctl cp web:/tmp/x renamed
same "$(cat renamed)" file || failed "a file by a new name"

# archives on standard output and input
"$STACKCTL" cp web:/tmp/new - | tar t > names
check "an archive comes out" grep -qx new/sub/b names
tar c tree/a | "$STACKCTL" cp - web:/var
same "$(inside 'cat /var/tree/a')" one || failed "an archive goes in"

# more than memory would like
dd if=/dev/urandom of=large bs=1M count=60 status=none
must run stackctl cp large web:/tmp/large
must run stackctl cp web:/tmp/large back
check "60 MB, unchanged" cmp large back

# what is refused leaves nothing
refused() { # TEXT ARGUMENTS...
    run stackctl cp "${@:2}"
    [ "$status" -ne 0 ] || failed "must be refused"
    expect err contains "$1"
}
refused "there is no such path in the container: '/nope'" web:/nope .
refused "cannot read 'nofile'" nofile web:/tmp
refused "no such folder in the container: '/nodir'" file web:/nodir/x
refused "no such folder in the container: '/tmp/none/'" file web:/tmp/none/
refused "no such folder in the container: '/etc/hostname/'" file web:/etc/hostname/
refused "cannot copy a folder over a file: 'file'" web:/etc file
refused "no such folder: 'none/'" web:/tmp/x none/
refused "one of the two paths must be SERVICE:PATH" file other
refused "cannot copy from service to service" web:/a web:/b
refused "no such service: nosvc" file nosvc:/b
check "nothing came of it" test ! -e none -a ! -e other -a ! -e nope

# an archive that would leave its target: a link out of it, then a file through the link
inside 'mkdir /evil && ln -s /../../../../../../../tmp /evil/out'
mkdir -p safe/evil && ln -s "$work/elsewhere" safe/evil/out && mkdir "$work/elsewhere"
inside 'rm /evil/out && mkdir /evil/out && echo bad > /evil/out/file'
run stackctl cp web:/evil safe
check "nothing is written through a link" test ! -e "$work/elsewhere/file"

run stackctl down -t 1
expect_status 0
