#!/usr/bin/env python3
"""silence.py STACKCTL - an engine that takes requests and answers none any more, while something is followed. It is
found out by a ping, and said; what is followed goes on when the engine does, with nothing lost and nothing twice. One
that lives, and has nothing to tell, is left alone."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import scripted

NOTICED_S = 2    # a second of silence, a second for the ping: what STACKCTL_TIMEOUT=1 makes of 30 and 10 seconds
WITHIN_S = 30    # for what must come, on a machine that is busy
SILENT = "has said nothing for 2 s and does not answer a ping"
AGAIN = "answers again"
wrong = []


class Run:
    """A command on an engine of its own, which runs."""

    def __init__(self, program, folder, *arguments):
        name = arguments[0]
        self.engine = scripted.Engine(os.path.join(folder, name + ".sock"), "silence")
        self.out, self.err = os.path.join(folder, name + ".out"), os.path.join(folder, name + ".err")
        env = dict(os.environ, DOCKER_HOST="unix://" + self.engine.path, STACKCTL_TIMEOUT="1", NO_COLOR="1")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([program, "-p", "silence", *arguments], cwd=folder, env=env,
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        self.what = " ".join(arguments)

    def check(self, fine, words):
        if not fine:
            wrong.append(f"{self.what}: {words}\n{self.read(self.out)}{self.read(self.err)}")

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for(self, path, text):
        until = time.monotonic() + WITHIN_S
        while text not in self.read(path):
            if time.monotonic() > until:
                self.check(False, f"'{text}' did not come")
                return False
            time.sleep(0.02)
        return True

    def fall_silent(self):
        """And is found out; how long that took."""
        began = time.monotonic()
        self.engine.silent.set()
        self.wait_for(self.err, SILENT)
        took = time.monotonic() - began
        self.check(took > NOTICED_S / 2, f"said after {took:.1f} s, before it could be known")
        return took

    def end(self, status):
        try:
            code = self.process.wait(WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.check(code == status, f"ended with {code}, expected {status}")
        self.engine.close()


def numbered(run):
    return [line.rsplit(" ", 1)[-1] for line in run.read(run.out).splitlines()]


def logs(program, folder):
    run = Run(program, folder, "logs", "-f", "--no-log-prefix")
    for number in range(1, 6):
        run.engine.write(f"line {number}\n")
    run.wait_for(run.out, "line 5")
    took = run.fall_silent()
    for number in range(6, 9):
        run.engine.write(f"line {number}\n")
    run.engine.silent.clear()
    run.wait_for(run.err, AGAIN)
    run.wait_for(run.out, "line 8")
    run.engine.write("line 9\n")
    run.wait_for(run.out, "line 9")
    run.engine.end()
    run.end(0)
    run.check(numbered(run) == [str(n) for n in range(1, 10)], "each line once, in order")
    print(f"logs -f: noticed after {took:.1f} s")


def quiet(program, folder):
    """Silence of a container is none of the engine's."""
    run = Run(program, folder, "logs", "-f", "--no-color")
    run.engine.write("line 1\n")
    run.wait_for(run.out, "line 1")
    while run.engine.asked.count("GET /_ping") < 4:
        time.sleep(0.02)
    run.engine.end()
    run.end(0)
    run.check(run.read(run.err) == "", "nothing to say about an engine that answers its pings")
    followed = run.engine.asked.count(f"GET /containers/{scripted.ID}/logs")
    run.check(followed == 2, f"the log was asked for {followed} times: to follow it, and for its last lines")


def events(program, folder):
    run = Run(program, folder, "events")
    while "GET /events" not in run.engine.asked:
        time.sleep(0.02)
    run.engine.happen("first")
    run.wait_for(run.out, "container first")
    run.fall_silent()
    run.engine.happen("second")
    run.engine.silent.clear()
    run.wait_for(run.out, "container second")
    run.engine.happen("third")
    run.wait_for(run.out, "container third")
    run.process.terminate()
    run.end(-15)
    words = [line.split(" container ")[1].split()[0] for line in run.read(run.out).splitlines()]
    run.check(words == ["first", "second", "third"], "each event once, in order")


def exec_(program, folder):
    """What cannot go on ends, and says why."""
    run = Run(program, folder, "exec", "-T", "web", "sh")
    run.wait_for(run.out, "said by exec")
    run.fall_silent()
    run.wait_for(run.err, "error: POST /exec/e1/start: the engine at ")
    run.end(9)


def wait(program, folder):
    run = Run(program, folder, "wait", "web")
    while "GET /events" not in run.engine.asked:
        time.sleep(0.02)
    run.engine.silent.set()
    run.wait_for(run.err, "error: ")
    run.end(9)


def main(program):
    with tempfile.TemporaryDirectory(prefix="stackctl-silence-") as folder:
        for case in (logs, quiet, events, exec_, wait):
            case(program, folder)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


sys.exit(main(os.path.abspath(sys.argv[1])))
