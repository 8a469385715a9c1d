#!/usr/bin/env python3
"""torture.py PROGRAM ENGINE-SOCKET FOLDER [--cases a,b] [--ways x,y] [--sample N] [--jobs N]

For each case (a command on a stack), each exchange it has with the engine and each way an exchange can break
(fault-proxy.py): the command ends in time, with a status of ours, without a leak and without a raw control
character, and what it could not do it says with the name of what it was about; the next `up` makes the stack
whole, the next `down` leaves nothing. --sample N takes every Nth of these rounds. With a program that was built
with sanitizers, what they find fails the round."""
import argparse
import concurrent.futures
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
PROXY = os.path.join(HERE, "..", "support", "fault-proxy.py")
WAYS = ["refuse", "cut", "truncate", "garbage", "500", "stall", "lost"]
PATIENCE_S = "2"  # what the engine is given to answer
LIMIT_S = 100     # for a whole command
STATUSES = {0, 1, 4, 5, 6, 9, 18, 124}  # what a faulty engine may come to; the table is in the manual

STACK = """services:
  first:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sh, -c, "echo first is up; sleep 1000"]
    environment: { ROUND: "${ROUND:-0}" }
    healthcheck: { test: ["CMD", "true"], interval: 1s }
    volumes: ["data:/data"]
  second:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sh, -c, "echo second is up; sleep 1000"]
    depends_on: { first: { condition: service_healthy } }
volumes: { data: {} }
"""

# name: (arguments, whether the stack is up before, what must be there when it ended well)
CASES = {
    "up": (["up", "-d"], False, "whole"),
    "replace": (["up", "-d"], True, "whole"),
    "restart": (["restart"], True, "whole"),
    "logs": (["logs"], True, "whole"),
    "down": (["down", "-v"], True, "nothing"),
}


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def list(self, what, project):
        label = json.dumps({"label": [f"com.docker.compose.project={project}"]})
        self.request("GET", f"/{what}{'&' if '?' in what else '?'}filters={urllib.parse.quote(label)}")
        return json.loads(self.getresponse().read())


class Wrong(Exception):
    pass


class Bench:
    """One project that rounds are played on, one after another."""

    def __init__(self, options, number):
        self.options, self.rounds = options, 0
        self.project = f"torture-{os.getpid()}-{number}"
        self.folder = os.path.join(options.folder, self.project)
        self.is_up = False
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "compose.yaml"), "w", encoding="utf-8") as file:
            file.write(STACK)

    def stackctl(self, arguments, host=None):
        env = dict(os.environ, DOCKER_HOST=f"unix://{host or self.options.engine}", ROUND=str(self.rounds),
                   STACKCTL_TIMEOUT=PATIENCE_S if host else "60", NO_COLOR="1")
        try:
            return subprocess.run([self.options.program, "-p", self.project, *arguments], cwd=self.folder, env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired as late:
            raise Wrong(f"did not end within {LIMIT_S} s: {late.stderr}") from late

    def found(self):
        engine = Engine(self.options.engine)
        containers = [f"{c['Names'][0]} {c['State']}" for c in engine.list("containers/json?all=1", self.project)]
        networks = [n["Name"] for n in engine.list("networks", self.project)]
        return sorted(containers), networks

    def must_be(self, what, when):
        wanted = ([f"/{self.project}-{s}-1 running" for s in ("first", "second")], [f"{self.project}_default"])
        found = self.found()
        if found != (wanted if what == "whole" else ([], [])):
            raise Wrong(f"{when} there is {found}")

    def must(self, arguments, what):
        done = self.stackctl(arguments)
        if done.returncode:
            raise Wrong(f"the next {arguments} ended with {done.returncode}: {done.stderr.decode()}")
        self.must_be(what, f"after the next {arguments}")
        self.is_up = what == "whole"

    def prepare(self, case):
        _, up, _ = CASES[case]
        if up != self.is_up:
            self.must(["up", "-d"] if up else ["down", "-v"], "whole" if up else "nothing")
        self.rounds += case == "replace"  # another environment

    def through_proxy(self, arguments, way, n):
        path = os.path.join(self.folder, "proxy.sock")
        proxy = subprocess.Popen([sys.executable, PROXY, path, self.options.engine, way, str(n)],
                                 stdout=subprocess.PIPE, text=True)
        try:
            proxy.stdout.readline()
            done = self.stackctl(arguments, path)
        finally:
            proxy.kill()
            requests = proxy.stdout.read().splitlines()
            proxy.wait()
            os.unlink(path)
        return done, requests

    def play(self, case, way, n):
        """The requests that the command sent."""
        arguments, _, then = CASES[case]
        self.prepare(case)
        self.is_up = None
        done, requests = self.through_proxy(arguments, way, n)
        err = done.stderr.decode(errors="backslashreplace")
        try:
            judge(done.returncode, err)
            if done.returncode == 0 or case == "logs":
                self.must_be(then, f"after status {done.returncode}")
            if case == "down":
                self.must(["down", "-v"], "nothing")
            self.must(["up", "-d"], "whole")
        except Wrong as wrong:
            at = requests[n - 1] if 0 < n <= len(requests) else "?"
            raise Wrong(f"{case}, {way} of request {at}: {wrong}\n  status {done.returncode}\n"
                        + "".join(f"  | {line}\n" for line in err.splitlines())) from wrong
        return requests

    def clean(self):
        self.stackctl(["down", "-v", "-t", "0"])


def judge(status, err):
    if status not in STATUSES:
        raise Wrong(f"the status is {status}")
    if re.search(r"Sanitizer|runtime error:", err):
        raise Wrong("a sanitizer found something")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", err):
        raise Wrong("a raw control character in a message")
    if status and "error: " not in err:
        raise Wrong("failed without an error")
    if status and not re.search(r"error: .*(engine|first|second|default|data|container|network|volume)", err):
        raise Wrong("the error does not say what it is about")


def rounds(options):
    """All of them, from what each command sends when nothing breaks."""
    bench = Bench(options, "count")
    at = 0
    for case in options.cases:
        try:
            count = len(bench.play(case, "none", 0))
        finally:
            if case == options.cases[-1]:
                bench.clean()
        print(f"{case}: {count} exchanges", flush=True)
        for n in range(1, count + 1):
            for way in options.ways:
                at += 1
                if at % options.sample == 0:
                    yield case, way, n
    bench.clean()


def work(options, number, todo):
    """Plays every jobs-th round, so that nobody waits for the others."""
    bench = Bench(options, number)
    wrong = []
    for case, way, n in todo[number::options.jobs]:
        try:
            bench.play(case, way, n)
        except Wrong as why:
            wrong.append(str(why))
            print(f"WRONG: {why}", flush=True)
    bench.clean()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("engine")
    parser.add_argument("folder")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.cases, options.ways = options.cases.split(","), options.ways.split(",")
    began = time.monotonic()
    todo = list(rounds(options))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(work, options, number, todo) for number in range(options.jobs)]
        wrong = [why for job in jobs for why in job.result()]
    print(f"{len(todo)} rounds ({len(options.cases)} cases, {len(options.ways)} ways, one in {options.sample}) "
          f"in {time.monotonic() - began:.0f} s: {len(wrong)} wrong")
    return bool(wrong)


sys.exit(main())
