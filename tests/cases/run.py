#!/usr/bin/env python3
"""run.py STACKCTL RUNTIME CASE — plays one case file against one backend ("fake", or "docker" on the
engine of DOCKER_HOST) and says what differs. Status 0, 1, or 77 when the case is not for that backend.

A case is sections, each opened by a line "=== ...":

    === about                  what must hold, in words
    === only fake              the case is for one backend only (it scripts what no engine does on demand)
    === file NAME              a file in the case's folder
    === fake                   a script for the fake engine (JSON, see fake.h)
    === run ARGUMENTS          runs stackctl; "-> N" at the end: with that exit status (default 0)
    === out                    the standard output of that run, exactly
    === out has                lines that stand in it, in that order
    === err                    the lines of its standard error, in any order
    === err has                lines that stand in it, in that order
    === err not                texts that do not stand in it

In what was printed, the case's folder reads @DIR@, elapsed times read @T@, and hexadecimal ids read
@ID@. The project is named by the case, so that cases do not meet on a real engine."""
import json, os, re, shlex, shutil, subprocess, sys, tempfile

RUN_LIMIT_S = 120


def sections(path):
    title, lines = None, []
    for line in open(path, encoding="utf-8"):
        if line.startswith("=== "):
            if title:
                yield title, "".join(lines)
            title, lines = line[4:].strip(), []
        elif title:
            lines.append(line)
    if title:
        yield title, "".join(lines)


def tidy(text, folder, project):
    text = text.replace(folder, "@DIR@").replace(project, "@P@")
    text = re.sub(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}(?=_|\b)", "@ID@", text)
    return re.sub(r"\b\d+(\.\d+)?m?s\b", "@T@", text)


class Player:
    def __init__(self, program, runtime, case):
        self.program, self.runtime = program, runtime
        self.folder = tempfile.mkdtemp(prefix="stackctl-case-")
        self.project = "case" + re.sub(r"[^a-z0-9]", "", os.path.basename(case).split(".")[0].lower())
        self.out = self.err = ""
        self.wrong = []
        self.fake({})

    def fake(self, script):
        script.setdefault("state", "engine.json")
        with open(os.path.join(self.folder, "fake.json"), "w") as f:
            json.dump(script, f)

    def stackctl(self, arguments):
        env = dict(os.environ, STACKCTL_FAKE=os.path.join(self.folder, "fake.json"), NO_COLOR="1")
        for name in [n for n in env if n.startswith("COMPOSE_")]:
            del env[name]
        command = [self.program, "--runtime", self.runtime, "-p", self.project] + arguments
        return subprocess.run(command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=RUN_LIMIT_S)

    def run(self, line):
        words, _, status = line.partition("->")
        done = self.stackctl(shlex.split(words))
        self.out = tidy(done.stdout.decode(errors="replace"), self.folder, self.project)
        self.err = tidy(done.stderr.decode(errors="replace"), self.folder, self.project)
        self.last = words.strip()
        if done.returncode != int(status or 0):
            self.wrong.append(f"'{self.last}' ended with {done.returncode}, not {int(status or 0)}:\n"
                              f"{self.out}{self.err}")

    def compare(self, what, got, wanted):
        if got != wanted:
            self.wrong.append(f"{what} of '{self.last}' is\n{got}--- and should be\n{wanted}")

    def has(self, what, got, wanted):
        at, lines = 0, got.splitlines()
        for line in wanted.splitlines():
            while at < len(lines) and line.strip() not in lines[at]:
                at += 1
            if at == len(lines):
                self.wrong.append(f"{what} of '{self.last}' lacks '{line.strip()}':\n{got}")
                return

    def lacks(self, got, unwanted):
        for line in unwanted.splitlines():
            if line.strip() in got:
                self.wrong.append(f"standard error of '{self.last}' has '{line.strip()}':\n{got}")

    def play(self, title, body):
        word, _, rest = title.partition(" ")
        if word == "file":
            path = os.path.join(self.folder, rest)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            open(path, "w", encoding="utf-8").write(body)
        elif word == "fake":
            self.fake(json.loads(body))
        elif word == "run":
            self.run(rest)
        elif title == "out":
            self.compare("standard output", self.out, body)
        elif title == "out has":
            self.has("standard output", self.out, body)
        elif title == "err":
            self.compare("standard error", "".join(sorted(self.err.splitlines(True))),
                         "".join(sorted(body.splitlines(True))))
        elif title == "err has":
            self.has("standard error", self.err, body)
        elif title == "err not":
            self.lacks(self.err, body)
        elif word not in ("about", "only"):
            raise SystemExit(f"unknown section '=== {title}'")

    def clean(self):
        self.stackctl(["down", "-v", "--remove-orphans", "-t", "0"])
        shutil.rmtree(self.folder)


def main():
    program, runtime, case = sys.argv[1:4]
    parts = list(sections(case))
    only = [t.split()[1] for t, _ in parts if t.startswith("only ")]
    if only and runtime not in only:
        print(f"skipped: the case is for {', '.join(only)} only")
        return 77
    player = Player(os.path.abspath(program), runtime, case)
    try:
        for title, body in parts:
            player.play(title, body)
    finally:
        player.clean()
    for text in player.wrong:
        print(f"{case}: {text}")
    return 1 if player.wrong else 0


sys.exit(main())
