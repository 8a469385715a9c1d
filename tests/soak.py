#!/usr/bin/env python3
"""soak.py load|streams|soak PROGRAM [N] - what much work costs, on the engine of DOCKER_HOST. Takes minutes, so it
is no part of the tests; build without sanitizers. Prints figures, and ends with 1 when a bound does not hold.

    load      N (200) containers brought up, listed, logged and taken down: no command takes more than 32 MB
    streams   N (1000) logs followed at one time, on the engine in memory: every line of each comes
    soak      N (200) times up, restart and down, under the eyes of one `events`: no command takes more memory
              at the end than it did at the beginning, nor does `events`, whose descriptors stay as many

    tests/support/engine.sh start
    tests/support/engine.sh run tests/soak.py soak build/release/src/stackctl"""
import json
import os
import subprocess
import sys
import tempfile
import time

BOUND_KIB = 32 * 1024
GROWTH = 1.10  # of memory, that is no growth
WARM_UP = 10   # cycles before the first that counts


class Bench:
    def __init__(self, program, stack, runtime="docker", **env):
        self.folder = tempfile.mkdtemp(prefix="stackctl-soak-")
        self.command = [os.path.abspath(program), "--runtime", runtime, "-p", f"soak{os.getpid()}"]
        self.env = dict(os.environ, NO_COLOR="1", **env)
        self.write("compose.yaml", stack)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def begin(self, *arguments, out="out"):
        with open(os.path.join(self.folder, out), "wb") as file, open(os.path.join(self.folder, "err"), "wb") as err:
            return subprocess.Popen(self.command + list(arguments), cwd=self.folder, env=self.env,
                                    stdin=subprocess.DEVNULL, stdout=file, stderr=err)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run(self, *arguments):
        """Seconds, and the most memory it had in KiB."""
        began = time.monotonic()
        process = self.begin(*arguments)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{arguments} ended with {process.returncode}:\n{self.read('err')[-2000:]}")
        return time.monotonic() - began, usage.ru_maxrss


def services(n, command):
    text = "services:\n"
    for i in range(n):
        text += f"  s{i}: {{ image: 'busybox:1.36', init: true, stop_grace_period: 1s, command: {json.dumps(command)} }}\n"
    return text


def load(program, n):
    bench = Bench(program, services(n, ["sh", "-c", "for i in 1 2 3; do echo line $i; done; exec sleep 3600"]))
    most = 0
    for arguments in (["up", "-d"], ["up", "-d"], ["ps"], ["logs"], ["down"]):
        seconds, kib = bench.run(*arguments)
        most = max(most, kib)
        lines = len(bench.read("out").splitlines())
        print(f"{' '.join(arguments)}: {seconds:.1f} s, {kib / 1024:.1f} MB, {lines} lines", flush=True)
        if arguments == ["logs"] and lines != 3 * n:
            sys.exit(f"{3 * n} lines were printed, {lines} were shown")
    return most <= BOUND_KIB


def streams(program, n):
    script = {"speed": 10, "services": {"*": {"exit_ms": 50, "logs": [
        {"ms": at, "text": f"line {at}\n", "stderr": at % 2 == 1} for at in range(10)]}}}
    bench = Bench(program, services(n, ["x"]), "fake")
    bench.env["STACKCTL_FAKE"] = os.path.join(bench.folder, "fake.json")
    bench.write("fake.json", json.dumps(script))
    process = bench.begin("up", "--no-color")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    lines = sum(" | line " in line for line in bench.read("out").splitlines() + bench.read("err").splitlines())
    print(f"{n} followed logs: status {process.returncode}, {lines} lines of {10 * n}, "
          f"{usage.ru_maxrss / 1024:.1f} MB, {usage.ru_utime + usage.ru_stime:.1f} s of processor")
    return process.returncode == 0 and lines == 10 * n


def held(pid):
    """KiB in memory, and open descriptors."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        kib = int(next(line for line in file if line.startswith("VmRSS")).split()[1])
    return kib, len(os.listdir(f"/proc/{pid}/fd"))


def soak(program, n):
    bench = Bench(program, services(2, ["sh", "-c", "echo up; exec sleep 3600"]))
    watcher = bench.begin("events", "--json", out="events")
    first = None
    for cycle in range(1, n + 1):
        most = max(bench.run(*arguments)[1] for arguments in (["up", "-d"], ["restart"], ["down"]))
        kib, fds = held(watcher.pid)
        if cycle == min(WARM_UP, n):
            first = most, kib, fds
        if cycle % 20 == 0 or cycle == min(WARM_UP, n):
            print(f"cycle {cycle}: the largest command {most / 1024:.1f} MB, events {kib / 1024:.1f} MB, "
                  f"{fds} descriptors", flush=True)
    watcher.terminate()
    watcher.wait()
    events = len(bench.read("events").splitlines())
    print(f"{events} events, {events / n:.1f} for each cycle")
    return most <= first[0] * GROWTH and kib <= first[1] * GROWTH and fds <= first[2] and events % n == 0


KINDS = {"load": (load, 200), "streams": (streams, 1000), "soak": (soak, 200)}

if len(sys.argv) < 3 or sys.argv[1] not in KINDS:
    sys.exit(__doc__)
kind, usual = KINDS[sys.argv[1]]
if not kind(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else usual):
    sys.exit("a bound does not hold")
