#!/usr/bin/env python3
"""commands.py STACKCTL DOCKER-COMPOSE [WORD...] — every command, with slips among them, run by this program and by
Docker Compose in the same situation on the same engine; prints a markdown table of what each said and its exit
status. With words only the rows that have one of them are printed. The engine is DOCKER_HOST's:

  tests/support/engine.sh start
  tests/support/engine.sh run tests/side-by-side/commands.py build/release/src/stackctl docker-compose
"""
import os, re, shlex, shutil, signal, subprocess, sys, tempfile, time

IMAGE = "busybox:1.36"
PROJECT = "side-by-side"
FILES = {
    "compose.yaml": f"""
services:
  web:
    image: {IMAGE}
    init: true
    command: [sh, -c, "echo hello from web; echo oops >&2; exec sleep 100000"]
    stop_grace_period: 1s
    ports: ["18992:80"]
    volumes: [data:/data]
    depends_on: {{ db: {{ condition: service_healthy }} }}
  db:
    image: {IMAGE}
    init: true
    command: [sleep, "100000"]
    stop_grace_period: 1s
    healthcheck: {{ test: [CMD, "true"], interval: 1s }}
  job:
    image: {IMAGE}
    command: [sh, -c, "echo working; exit 3"]
  echo:
    image: {IMAGE}
    command: [cat]
    stdin_open: true
    stop_grace_period: 0s
  app:
    build: app
    image: side-by-side-app
    command: [sleep, "100000"]
    init: true
    stop_grace_period: 0s
  tool: {{ image: "{IMAGE}", profiles: [tools], command: [echo, tool] }}
volumes: {{ data: }}
""",
    "app/Dockerfile": f"FROM {IMAGE}\nRUN echo built > /built\n",
    "broken.yaml": "services:\n  web:\n    imge: x\n",
    "fails.yaml": f"services:\n  web:\n    build: {{ context: app, dockerfile_inline: \"FROM {IMAGE}\\nRUN exit 3\" }}\n",
    "nothere.yaml": "services:\n  web: { image: \"127.0.0.1:5000/side-by-side/none:1\" }\n",
    "nocontext.yaml": "services:\n  web: { build: nowhere }\n",
    "env.list": "FROM_FILE=yes\n",
    "file.txt": "a file\n",
}
# A line: the words after the program. "^C2 " interrupts after that many seconds, "< text | " is standard input,
# "$ " is a command of the shell that prepares what follows and makes no row.
ROWS = """
--help
up --help
version --short
no-such-command
ps --no-such-option
-f none.yaml ps
-f broken.yaml up -d
-f nothere.yaml up -d
-f fails.yaml build
-f nocontext.yaml build
-f nothere.yaml pull
config -q
config --services
config --images
config --format json no-such-service
ps
ls
create
ps -a
start
up -d
up -d no-such-service
up -d
up -d --scale web=x
up --build --no-build
$ sleep 1
ps
ps -a --format json
ps -q
ps --services
ps no-such-service
ps --status nonsense
ps --filter name=x
ps --format '{{.Name}} {{.State}}'
ls
ls --format json
ls -q
ls --all --filter name=side
ls --filter nonsense=1
ls --format nonsense
logs
logs --tail 1 web
logs --no-log-prefix --no-color web
logs no-such-service
logs --tail x
^C2 logs -f web
exec web echo hi
exec web sh -c 'exit 7'
exec web no-such-program
exec no-such-service true
exec job true
exec --index 9 web true
exec web
exec -T -u nobody -w /tmp -e A=b web sh -c 'id -un; pwd; echo $A'
< abc | exec -T web cat
exec -d web true
exec -w /none web true
run --rm web echo one-off
run --rm --no-deps -e A=b web sh -c 'echo $A; exit 4'
run --rm --no-deps --env-from-file env.list web sh -c 'echo $FROM_FILE'
run --rm --no-deps --env-from-file none.list web true
run --rm --no-deps --quiet-pull --quiet-build --build app cat /built
run --rm -q --no-deps web echo quiet
run --rm tool
run no-such-service
run
run --rm --no-deps web no-such-program
run -d --name side-by-side-named --no-deps web sleep 1000
$ docker rm -f side-by-side-named
run --rm --no-deps --user no-such-user web true
cp file.txt web:/tmp/file.txt
cp web:/tmp/file.txt copied.txt
cp web:/etc/hostname -
cp web:/no/such/path .
cp none.txt web:/tmp/
cp file.txt no-such-service:/tmp/
cp file.txt web:/none/deep/x
cp file.txt copied.txt
cp file.txt
top
top db
top no-such-service
top job
stats --no-stream
stats --no-stream --format json web
stats --no-stream no-such-service
^C3 stats web
port web 80
port web 81
port web 80 --protocol udp
port no-such-service 80
port job 80
port web x
images
images -q
images --format json
images no-such-service
volumes
volumes --format json
volumes -q
volumes no-such-service
^C2 events
^C2 events --json
events --since 1m --until 0s
events --until nonsense
pause web
exec web true
ps web
pause web
pause no-such-service
unpause web
unpause web
unpause job
kill -s USR1 echo
kill -s NONSENSE web
kill no-such-service
kill job
kill web
wait job
wait no-such-service
start web
start no-such-service
stop web
stop web
stop no-such-service
stop -t x web
start web
restart web
restart no-such-service
restart -t 0 db
< typed | attach --no-stdin=false echo
^C2 attach --no-stdin web
attach no-such-service
attach job
start echo
commit web side-by-side-committed
commit no-such-service x
commit web UPPER
commit web
$ docker rmi side-by-side-committed
export -o web.tar web
export no-such-service
export -o /none/web.tar web
scale web=1 echo=2
scale web=x
scale no-such-service=2
scale
$ rm -f web.tar
build
build -q
build no-such-service
build web
build --build-arg
build --print
build --check
build --push
pull
pull -q web
pull no-such-service
pull --policy nonsense
push
push web
push no-such-service
up -d --force-recreate --no-deps db
up -d --no-recreate --force-recreate
up -d --exit-code-from job
up --exit-code-from job --no-deps job
up --abort-on-container-failure --no-deps job
up -d --wait --no-deps db
up -d --wait --no-deps job
up -d --pull nonsense
^C3 watch
rm -f
rm
rm -f no-such-service
rm -fs echo
start echo
down no-such-service
down -t x
down --rmi local
down
down -v
ps
stop
start
restart
kill
rm -f
logs
top
exec web true
images
pause
wait
"""


def prepared(words):
    """(seconds to the interrupt or None, input, words)"""
    seconds = text = None
    if words.startswith("^C"):
        head, words = words.split(" ", 1)
        seconds = int(head[2:])
    elif words.startswith("< "):
        text, words = words[2:].split(" | ", 1)
        text += "\n"
    return seconds, text, words


def run(program, words, folder):
    seconds, text, words = prepared(words)
    with open(os.path.join(folder, ".in"), "w+") as given, tempfile.TemporaryFile("w+") as out, \
            tempfile.TemporaryFile("w+") as err:
        given.write(text or "")
        given.seek(0)
        child = subprocess.Popen(program + shlex.split(words), cwd=folder, stdin=given, stdout=out, stderr=err)
        try:
            status = child.wait(seconds or 60)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGINT)
            try:
                status = child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                status = "hangs"
        out.seek(0)
        err.seek(0)
        said = out.read(), err.read()
    return (128 - status if isinstance(status, int) and status < 0 else status), *said


def gist(text, errors):
    """The line that tells most, and how many there are."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "\n")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    telling = [line for line in lines if re.search(r"error|fail|no such|cannot|invalid|unknown", line, re.I)]
    line = (telling or [None])[0] if errors else None
    line = line or (lines[-1] if errors and lines else lines[0] if lines else "")
    line = re.sub(r"[^\x20-\uffff]+", "·", re.sub(r"\b[0-9a-f]{12,64}\b", "ID", line))
    line = re.sub(r" {2,}", "  ", line).replace("|", "\\|")
    return (line[:110] + ("…" if len(line) > 110 else "")) + (f" ({len(lines)} lines)" if len(lines) > 1 else "")


def clean():
    of = f"label=com.docker.compose.project={PROJECT}"
    for kind, listing, removal in (("container", ["ls", "-aq"], ["rm", "-fv"]), ("network", ["ls", "-q"], ["rm"]),
                                   ("volume", ["ls", "-q"], ["rm"])):
        ids = subprocess.run(["docker", kind, *listing, "--filter", of], capture_output=True, text=True).stdout.split()
        if ids:
            subprocess.run(["docker", kind, *removal, *ids], stdout=subprocess.DEVNULL)
    subprocess.run(["docker", "rmi", "-f", "side-by-side-app", "side-by-side-committed"], capture_output=True)


def play(program, folder):
    for name, text in FILES.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    clean()
    came = []
    for row in filter(None, ROWS.split("\n")):
        if row.startswith("$ "):
            subprocess.run(row[2:], shell=True, cwd=folder, capture_output=True)
            continue
        began = time.monotonic()
        came.append((row, *run(program, row, folder), time.monotonic() - began))
        print(f"{os.path.basename(program[0])} {row}: {came[-1][1]}", file=sys.stderr)
    clean()
    return came


def main():
    ours, theirs, wanted = shlex.split(sys.argv[1]), shlex.split(sys.argv[2]), sys.argv[3:]
    ours[0] = os.path.abspath(shutil.which(ours[0]) or ours[0])
    theirs[0] = os.path.abspath(shutil.which(theirs[0]) or theirs[0])
    os.environ.update(COMPOSE_PROJECT_NAME=PROJECT, NO_COLOR="1", TZ="UTC")
    sides = []
    for program in (ours, theirs):
        folder = tempfile.mkdtemp(prefix="side-by-side-")
        try:
            sides.append(play(program, folder))
        finally:
            shutil.rmtree(folder)
    print("| command | status | ours: output | ours: errors | Docker Compose's status | output | errors |")
    print("|---|---|---|---|---|---|---|")
    for mine, other in zip(*sides):
        if not wanted or any(word in mine[0] for word in wanted):
            print(f"| `{mine[0].replace('|', chr(92) + '|')}` | {mine[1]} | {gist(mine[2], False)} | {gist(mine[3], True)}"
                  f" | {other[1]}{'' if other[1] == mine[1] else ' ≠'} | {gist(other[2], False)} | {gist(other[3], True)} |")
    same = sum(mine[1] == other[1] for mine, other in zip(*sides))
    print(f"\n{len(sides[0])} rows, {same} of the same status; {sum(r[4] for r in sides[0]):.0f} s of ours, "
          f"{sum(r[4] for r in sides[1]):.0f} s of Docker Compose's")


main()
