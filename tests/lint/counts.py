#!/usr/bin/env python3
"""counts.py STACKCTL — what the pure stages take for each service of a file: instructions, counted by callgrind, and
allocations, counted by memcheck, both the same on every machine. A bound is about twice what was counted when it was
written; what grows faster than the number of services fails long before it. Prints the counts. Status 77: no valgrind,
or no program without sanitizers."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
FEW, MANY = 100, 400
GROWTH = 1.3  # of the count for each service, from FEW services to MANY

STAGES = [  # of `plan` on the fake: what, its function, the most instructions for each service
    ("loading", "stk_spec_load", 1_100_000),
    ("graph", "stk_graph_build", 15_000),
    ("plan", "stk_plan_make", 15_000),
    ("plan as text", "stk_plan_text", 15_000),
]
ALLOCATIONS = 1_200


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def stack(n):
    """Each of them on the one before, with the keys that most services have."""
    return "name: counts\nservices:\n" + "".join(f"""  s{i}:
    image: example/app:{i % 7}
    command: ["run", "--port", "80{i % 90 + 10}"]
    environment: {{A: "1", B: value-{i}, HOST: "${{COUNTS_HOST:-local}}"}}
    ports: ["{10000 + i}:80"]
    volumes: ["data{i % 10}:/data"]
    networks: [front, back]
    depends_on: {f"{{s{i - 1}: {{condition: service_healthy}}}}" if i else "{}"}
    healthcheck: {{test: ["CMD", "true"], interval: 5s}}
    labels: {{a: b, n: "{i}"}}
""" for i in range(n)) + "networks: {front: {}, back: {}}\nvolumes: {" + ", ".join(f"data{i}: {{}}" for i in range(10)) + "}\n"


class Stack:
    """A file of n services, on an engine in memory that has nothing, or all of it."""

    def __init__(self, folder, n, there):
        self.folder, self.n = folder, n
        self.write("compose.yaml", stack(n))
        self.write("fake.json", json.dumps({"state": "engine.json"}))
        if there:
            self.run(PROGRAM, "--runtime", "fake", "up", "-d", "--progress", "quiet")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as out:
            out.write(text)

    def run(self, *command):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("COMPOSE_", "STACKCTL_"))}
        done = subprocess.run(command, cwd=self.folder, env=dict(env, STACKCTL_FAKE="fake.json"), text=True,
                              capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr[-1000:]}")
        return done

    def instructions(self):
        """{function: instructions, with all it calls}, for each service."""
        self.run("valgrind", "--tool=callgrind", "--callgrind-out-file=counts", PROGRAM, "--runtime", "fake", "plan")
        table = self.run("callgrind_annotate", "--inclusive=yes", "--threshold=100", "counts").stdout
        rows = re.findall(r"^\s*([\d,]+) \(.*?:(\w+)(?: \[.*)?$", table, re.M)
        return {name: int(count.replace(",", "")) / self.n for count, name in rows}

    def allocations(self):
        said = self.run("valgrind", "--undef-value-errors=no", PROGRAM, "--runtime", "fake", "plan").stderr
        return int(re.search(r"total heap usage: ([\d,]+) allocs", said)[1].replace(",", "")) / self.n


def judge(what, few, many, most):
    """Whether the count for each service is within its bound, and does not grow with their number."""
    fine = many <= most and many <= few * GROWTH
    print(f"{what}: {few:,.0f} for each of {FEW}, {many:,.0f} for each of {MANY}; at most {most:,}" + ("" if fine else ": TOO MANY"))
    return fine


def check(there):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        few, many = Stack(one, FEW, there), Stack(other, MANY, there)
        counts = few.instructions(), many.instructions()
        seen = ", all of it there" if there else ""
        fine = True
        for what, function, most in STAGES:
            if not all(function in count for count in counts):
                print(f"{what}: the compiler has left no function '{function}' to count")
                continue
            fine &= judge(f"instructions, {what}{seen}", counts[0][function], counts[1][function], most)
        return judge(f"allocations{seen}", few.allocations(), many.allocations(), ALLOCATIONS) and fine


if not shutil.which("valgrind"):
    skip("no valgrind")
if not os.path.exists(PROGRAM):
    skip(f"{PROGRAM} is not built")
sys.exit(0 if all([check(there=False), check(there=True)]) else 1)
