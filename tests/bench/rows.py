"""rows.py — what is measured. A group is a generator: each round yields {row: {contender: figure}}, the contenders
taking turns within it. The rows' words and units are ROWS; nothing here judges a figure."""
import contextlib
import os
import shutil
import subprocess
import sys
import time

import config
import engine

ROWS = {  # name: (what, unit)
    "version": ("`version`", "s"),
    "version-memory": ("`version`: peak memory", "MiB"),
    **{f"config-{n}": (f"`config -q`, {n:,} services", "s") for n in (3, 100, 1000)},
    **{f"config-{n}-memory": (f"`config -q`, {n:,} services: peak memory", "MiB") for n in (3, 100, 1000)},
    **{f"plan-{n}": (f"`plan` on the fake, {n:,} services", "s") for n in (100, 1000, 10000)},
    **{f"ps-{n}": (f"`ps`, {n} containers", "s") for n in (10, 50)},
    **{f"again-{n}": (f"`up -d` with nothing to do, {n} containers", "s") for n in (10, 50)},
    "quiet-memory": ("`logs -f`, 50 quiet containers: memory", "MiB"),
    "quiet-wakeups": ("`logs -f`, 50 quiet containers: wake-ups in 10 s", ""),
    **{f"up-{n}": (f"`up -d`, {n} independent containers", "s") for n in (10, 40)},
    **{f"down-{n}": (f"`down`, {n} containers", "s") for n in (10, 40)},
    "tree-40": ("`up -d`, a tree of 40, depth 6", "s"),
    "chain-5": ("`up --wait`, a chain of 5, ready after 0.3 s, checked every 5 s", "s"),
    "logs": ("`logs`, {lines:,} lines of 2 containers", "s"),
    "logs-cpu": ("`logs`, {lines:,} lines of 2 containers: processor time", "s"),
    "size": ("the program, stripped", "MiB"),
}
LINES = int(os.environ.get("BENCH_LINES", "1000000"))
PROJECT = f"bench{os.getpid()}"
MIB = 1024 * 1024


class Failed(Exception):
    """A program ended with something else than success."""


class Run:
    """One run of a program: what it took."""

    def __init__(self, command, folder):
        began = time.monotonic()
        with open(os.devnull, "r+b") as nothing, open(os.path.join(folder, "err"), "w+b") as err:
            child = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=err, cwd=folder)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.monotonic() - began
            if child.returncode:
                err.seek(0)
                raise Failed(f"{' '.join(command)}: exit {child.returncode}: {err.read()[-500:].decode()}")
        self.cpu = used.ru_utime + used.ru_stime


class Bench:
    """Where it is measured: the programs, a folder, how often."""

    def __init__(self, programs, folder, rounds):
        self.programs, self.folder, self.rounds = programs, folder, rounds
        self.failures = []

    def write(self, text):
        with open(os.path.join(self.folder, "compose.yaml"), "w") as out:
            out.write(text)

    def turns(self, extra=()):
        """The contenders of each round, another one first each time."""
        names = [*self.programs, *extra]
        for i in range(self.rounds):
            yield names[i % len(names):] + names[:i % len(names)]

    def run(self, name, *arguments):
        return Run([self.programs[name], "-p", PROJECT, *arguments], self.folder)

    def change(self, took, name, *arguments):
        """took[name] is the time it takes; no figure, and nothing left, when it fails, as others may."""
        try:
            took[name] = self.run(name, *arguments).wall
        except Failed as failed:
            print(failed, file=sys.stderr)
            self.failures.append(str(failed))
            engine.clean(PROJECT)

    def both(self, row, turn, *arguments):
        """Time, and in runs of their own memory."""
        took = {row: {c: Run([self.programs[c], *arguments], self.folder).wall for c in turn}}
        if shutil.which("time"):
            took[f"{row}-memory"] = {c: memory([self.programs[c], *arguments], self.folder) for c in turn}
        return took


def memory(command, folder):
    """The most it had, MiB. A child of ours has had all that Python has, so GNU time has to look."""
    result = os.path.join(folder, "memory")
    Run(["time", "-f", "%M", "-o", result, *command], folder)
    with open(result) as text:
        return int(text.read()) / 1024


def timed(function, *arguments):
    began = time.monotonic()
    result = function(*arguments)
    return time.monotonic() - began, result


def service(name, more="", command='"sleep", "1000"'):
    return f"  {name}:\n    image: {engine.IMAGE}\n    init: true\n    command: [{command}]\n    stop_grace_period: 2s\n{more}"


def stack(services):
    return "services:\n" + "".join(services)


@contextlib.contextmanager
def running(bench, text):
    bench.write(text)
    first = next(iter(bench.programs))
    bench.run(first, "up", "-d")
    try:
        yield engine.containers(PROJECT)
    finally:
        bench.run(first, "down")


def version(bench):
    for turn in bench.turns():
        yield bench.both("version", turn, "version")


def check(n):
    def group(bench):
        bench.write(config.stack(n))
        for turn in bench.turns():
            yield bench.both(f"config-{n}", turn, "config", "-q")
    return group


def plan(n):
    def group(bench):
        bench.write(config.stack(n).replace("./conf:/etc/app:ro", "conf:/etc/app:ro").replace("volumes: {", "volumes: {conf: {}, "))
        for _ in range(bench.rounds):
            yield {f"plan-{n}": {"stackctl": bench.run("stackctl", "--runtime", "fake", "plan").wall}}
    return group


def steady(n):
    def group(bench):
        with running(bench, stack(service(f"s{i}") for i in range(n))) as before:
            for turn in bench.turns(["floor"]):
                ps = {c: timed(engine.containers, PROJECT)[0] if c == "floor" else bench.run(c, "ps").wall for c in turn}
                again = {c: bench.run(c, "up", "-d").wall for c in turn if c != "floor"}
                yield {f"ps-{n}": ps, f"again-{n}": again}
            if {c["Id"] for c in before} != {c["Id"] for c in engine.containers(PROJECT)}:
                raise RuntimeError("containers were replaced although there was nothing to do")
    return group


def up_and_down(n):
    def group(bench):
        bench.write(stack(service(f"s{i}") for i in range(n)))
        for turn in bench.turns(["floor"]):
            up, down = {}, {}
            for c in turn:
                if c == "floor":
                    up[c], made = timed(engine.bring_up, PROJECT, n)
                    down[c], _ = timed(engine.take_down, *made)
                else:
                    bench.change(up, c, "up", "-d")
                    bench.change(down, c, "down")
            yield {f"up-{n}": up, f"down-{n}": down}
    return group


def tree(bench):
    """40 services, each on one before it: 1, 2, 4, 8, 16 and 9 of them, depth 6."""
    parent = lambda i: f"    depends_on: [s{(i - 1) // 2}]\n" if i else ""
    bench.write(stack(service(f"s{i}", parent(i)) for i in range(40)))
    for turn in bench.turns():
        took = {}
        for c in turn:
            bench.change(took, c, "up", "-d")
            bench.change({}, c, "down")
        yield {"tree-40": took}


def chain(bench):
    def more(i):
        need = f"    depends_on: {{s{i - 1}: {{condition: service_healthy}}}}\n" if i else ""
        return need + '    healthcheck: {test: ["CMD", "test", "-e", "/ready"], interval: 5s}\n'
    command = '"sh", "-c", "sleep 0.3; touch /ready; exec sleep 1000"'
    bench.write(stack(service(f"s{i}", more(i), command) for i in range(5)))
    for turn in bench.turns():
        took = {}
        for c in turn:
            bench.change(took, c, "up", "--wait")
            bench.change({}, c, "down")
        yield {"chain-5": took}


def all_ended():
    while any(c["State"] != "exited" for c in engine.containers(PROJECT)):
        time.sleep(0.2)


def logs(bench):
    line = "the quick brown fox jumps over the lazy dog and then some more of it"
    command = f'"sh", "-c", "yes \'{line}\' | head -n {LINES // 2}"'
    with running(bench, stack(service(f"s{i}", command=command) for i in range(2))) as made:
        all_ended()
        ids = [c["Id"] for c in made]
        for turn in bench.turns(["floor"]):
            wall, cpu = {}, {}
            for c in turn:
                if c == "floor":
                    wall[c], _ = timed(engine.read_logs, ids)
                else:
                    run = bench.run(c, "logs", "--no-color")
                    wall[c], cpu[c] = run.wall, run.cpu
            yield {"logs": wall, "logs-cpu": cpu}


def of_process(pid, file, key):
    with open(f"/proc/{pid}/{file}") as status:
        return int(next(line.split()[1] for line in status if line.startswith(key)))


def wakeups(pid):
    return sum(of_process(pid, f"task/{task}/status", "voluntary_ctxt_switches") for task in os.listdir(f"/proc/{pid}/task"))


def watched(bench, name):
    """(MiB, wake-ups) of a logs -f to which nothing happens. It has settled by then: limits on connecting are over."""
    with open(os.devnull, "r+b") as nothing:
        child = subprocess.Popen([bench.programs[name], "-p", PROJECT, "logs", "-f"], stdin=nothing, stdout=nothing,
                                 stderr=nothing, cwd=bench.folder)
    try:
        time.sleep(8)
        before = wakeups(child.pid)
        time.sleep(10)
        return of_process(child.pid, "status", "VmRSS:") / 1024, wakeups(child.pid) - before
    finally:
        child.terminate()
        child.wait()


def quiet(bench):
    with running(bench, stack(service(f"s{i}") for i in range(50))):
        took = {c: watched(bench, c) for c in bench.programs}
        yield {"quiet-memory": {c: t[0] for c, t in took.items()}, "quiet-wakeups": {c: t[1] for c, t in took.items()}}


def size(bench):
    sizes = {}
    for c, program in bench.programs.items():
        copy = os.path.join(bench.folder, "stripped")
        subprocess.run(["strip", "-o", copy, program], check=True, stderr=subprocess.DEVNULL)
        sizes[c] = os.path.getsize(copy) / MIB
    yield {"size": sizes}


GROUPS = [  # (the rows it fills, itself)
    (["version", "version-memory"], version),
    *(([f"config-{n}", f"config-{n}-memory"], check(n)) for n in (3, 100, 1000)),
    *(([f"plan-{n}"], plan(n)) for n in (100, 1000, 10000)),
    *(([f"ps-{n}", f"again-{n}"], steady(n)) for n in (10, 50)),
    (["quiet-memory", "quiet-wakeups"], quiet),
    *(([f"up-{n}", f"down-{n}"], up_and_down(n)) for n in (10, 40)),
    (["tree-40"], tree),
    (["chain-5"], chain),
    (["logs", "logs-cpu"], logs),
    (["size"], size),
]
