#!/usr/bin/env python3
"""terminals.py STACKCTL - what an engine, a container or a file says reaches a terminal only as text. Every command is
run at a terminal, against an engine whose every answer is soiled, and on files that are; what comes must hold nothing
that would act on the terminal but the program's own colours and moves. So that this says something, the soil must be
seen, too, as visible escapes."""
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import scripted

SOIL = "\x1b]0;pwned\x07\x1b[6n\x9b6n\x7f\u202epwned\u2066\x08\r"
SEEN = "pwned"
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[(H|J|2J|K|[0-9]*[ABCD]|\?25[lh]|\?7[lh]|\?2026[lh])|\r(?=\n|\x1b\[)")
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]")
LIMIT_S = 60
PROJECT = "soiled"

SOILED_FILES = {  # each with what runs on it: a mistake, whose place and line are quoted
    "value": 'services:\n  web:\n    image: "x\\e]0;pwned\\a\\x9b6n\\u202e"\n    environment: { A: "\\e[6n\\x9bpwned\\u202e" }\n    labels: { "k\\e[6n": "\\u2066pwned" }\n',
    "key": 'services:\n  web:\n    image: x\n    "no\\e]0;pwned\\asuch\\x9bkey\\u202e": 1\n',
    "name": 'services:\n  "we\\e]0;pwned\\a\\x9bb\\u202e": { image: x }\n',
    "line": 'services:\n  web: { image: x, ports: ["pwned\u202e\x9b"] } # \u2066pwned\x85\x9b6n\n',
    "variable": 'services:\n  web: { image: "${pwned?\u202e\x9b6n}" }\n',
    "type": 'services:\n  web: { image: x, mem_limit: "pwned\\e[6n\\x9b\\u202e" }\n',
}


def at_terminal(arguments, folder, env, ends_by_itself=True):
    """All that is written to a terminal of its own."""
    master, slave = pty.openpty()
    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    process = subprocess.Popen(arguments, cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    out, until, asked = b"", time.monotonic() + LIMIT_S, False
    while True:
        ready, _, _ = select.select([master], [], [], 0.1)
        try:
            piece = os.read(master, 65536) if ready else None
        except OSError:
            break
        if piece == b"":
            break
        out += piece or b""
        enough = not ends_by_itself and not asked and SEEN.encode() in out
        if enough or time.monotonic() > until:
            asked = True
            process.terminate()
    os.close(master)
    return process.wait(), out


def judge(what, out, must_be_seen):
    text = out.decode(errors="replace")
    left = OURS.sub("", text)
    raw = RAW.search(left)
    if raw:
        around = left[max(0, raw.start() - 60):raw.end() + 20]
        return [f"{what}: {raw.group()!r} reached the terminal raw: {around!r}"]
    if must_be_seen and SEEN not in text:
        return [f"{what}: nothing of what is soiled was shown, so this proves nothing: {text[:500]!r}"]
    return []


# arguments, whether the soil must be seen, whether it ends by itself
COMMANDS = [
    (["ps", "-a"], True), (["ps", "--format", "json"], True), (["ps", "--no-trunc"], True), (["ls"], True), (["ls", "--format", "json"], True),
    (["top"], True), (["stats", "--no-stream"], True), (["images"], True), (["images", "--format", "json"], True), (["volumes"], True),
    (["volumes", "-q"], True), (["volumes", "--format", "json"], True), (["port", "web", "80"], False), (["status"], False), (["status", "--json"], False),
    (["version"], False), (["doctor"], True), (["logs"], True), (["logs", "-t"], True), (["logs", "--no-log-prefix"], True),
    (["logs", "-f"], True, False), (["events", "--since", "2020-01-01T00:00:00Z"], True, False), (["events", "--json", "--since", "2020-01-01T00:00:00Z"], True, False),
    (["exec", "-T", "web", "sh"], None), (["ps", "--format", "{{.Name}} {{json .Labels}}"], True), (["plan"], False), (["diff"], False), (["plan", "--json"], False),
    (["diff", "--json"], False), (["wait", "--for", "healthy", "web"], True), (["up", "-d", "--no-color"], True), (["up", "-d", "--progress", "tty"], True), (["up", "-d", "--progress", "json"], True),
    (["up"], True), (["stop"], True), (["restart"], True), (["kill"], True), (["rm", "-f"], False), (["down"], True), (["pause"], True), (["unpause"], False), (["pull"], True),
    (["start"], False), (["create"], True), (["scale", "web=2"], True), (["run", "web"], True), (["cp", "web:/x", "."], True), (["export", "web"], False), (["commit", "web", "x"], True),
    (["outdated"], False), (["lock"], True), (["attach", "web"], False), (["push"], False), (["graph"], False), (["env", "web"], False), (["env", "check"], False),
    (["lint"], False), (["config", "--images"], False), (["--verbose", "ps"], True),
]
ON_FILES = [["config"], ["config", "--format", "json"], ["config", "--provenance"], ["lint"], ["lint", "--json"], ["plan"], ["up", "-d"], ["graph"], ["graph", "--format", "dot"],
            ["ps"], ["doctor"], ["env", "check"], ["env", "web"], ["images"], ["pull"], ["lock"]]


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def begin_engine(folder):
    engine = scripted.Engine(os.path.join(folder, "engine.sock"), PROJECT, lambda text: text + SOIL)
    engine.refusal = "no such luck"
    engine.write("pwned \x1b]0;pwned\x07 \x1b[2J \x1b[31mred\x1b[0m \u202e \x9b6n\n".encode())
    engine.write(b"pwned \x9b6n \xff\xfe \xc2\x9b \x00 \r overwritten\x08 and no end", True)
    engine.happen("start")
    return engine


def on_engine(program, folder, env):
    write(folder, "compose.yaml", "services:\n  web:\n    image: busybox\n    command: [sleep, '9']\n    healthcheck: { test: [CMD, 'true'] }\nvolumes: { data: {} }\n")
    wrong = []
    for arguments, must_be_seen, *rest in COMMANDS:
        engine = begin_engine(folder)
        _, out = at_terminal([program, "-p", PROJECT, *arguments], folder, env, not rest)
        engine.close()
        wrong += judge(" ".join(arguments), out, must_be_seen) if must_be_seen is not None else []
    return wrong


def on_files(program, folder, env):
    wrong = []
    for kind, text in SOILED_FILES.items():
        name = f"compose\u202e\x9b{kind}.yaml"  # the file's own name, too
        write(folder, name, text)
        write(folder, ".env", "B=\x1b]0;pwned\x07\u202e\n\u202epwned\x9b\n" if kind == "variable" else "")
        for arguments in ON_FILES:
            engine = begin_engine(folder)
            _, out = at_terminal([program, "-f", name, "-p", PROJECT, *arguments], folder, env)
            engine.close()
            wrong += judge(f"{kind}: {' '.join(arguments)}", out, False)
        os.unlink(os.path.join(folder, name))
    for argument in (["--no\x1b]0;such\u202e\x9b"], ["no\x1b]0;such\u202e\x9b"], ["-f", "no\x1b]0;such\u202e\x9b", "ps"], ["logs", "x\x1b]0;\u202e"],
                     ["-H", "unix:///x\x1b]0;\u202e\x9b", "ps"], ["--context", "x\x1b]0;\u202e\x9b", "ps"], ["-p", "x\x1b]0;\u202e\x9b", "ps"]):
        _, out = at_terminal([program, *argument], folder, env)
        wrong += judge(repr(argument), out, False)
    return wrong


def asked_for(program, folder, env):
    """What was asked for raw is raw: the bytes as they were written."""
    write(folder, "compose.yaml", "services:\n  web: { image: busybox }\n")
    engine = begin_engine(folder)
    _, out = at_terminal([program, "-p", PROJECT, "logs", "--raw", "--no-log-prefix"], folder, env)
    engine.close()
    return [] if b"\x9b6n \xff\xfe \xc2\x9b \x00 \r overwritten\x08" in out else [f"logs --raw: {out!r}"]


def main(program):
    with tempfile.TemporaryDirectory(prefix="stackctl-tty-") as folder:
        env = dict(os.environ, DOCKER_HOST="unix://" + os.path.join(folder, "engine.sock"), STACKCTL_TIMEOUT="2", TERM="xterm",
                   LC_ALL="C.UTF-8", XDG_RUNTIME_DIR=folder)
        wrong = on_engine(program, folder, env) + on_files(program, folder, env) + asked_for(program, folder, env)
    print(*wrong, sep="\n")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


sys.exit(main(os.path.abspath(sys.argv[1])))
