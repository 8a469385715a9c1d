#!/usr/bin/env python3
"""properties.py STACKCTL N - over N generated stacks (the same ones every time), on an engine in memory: plan
changes nothing; up does what plan printed, no more and no less; after it nothing is left to do; and the way a
file is written (order of keys, list or map, quotes) is no difference. Then the same for an edit of each."""
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile

def phases(action):
    """What the events of up call an action of a plan."""
    if action["kind"] == "service" and action["action"] in ("create", "recreate"):
        return ["start"] if action["action"] == "create" else ["recreate", "start"]
    return [action["action"]]


def made_ahead(step, later):
    """Half of the creation of a container, whose start is told later: what a plan calls one action."""
    name, phase = step
    return phase == "create" and step not in later and (name, "start") in later


def service(rng, names):
    made = {"image": rng.choice(["busybox:1.36", "nginx:1", "postgres:16"])}
    optional = {
        "command": lambda: ["sleep", str(rng.randint(1, 9))],
        "environment": lambda: {rng.choice("ABCDEF"): str(rng.randint(0, 99)) for _ in range(3)},
        "labels": lambda: {f"l{rng.randint(0, 5)}": rng.choice(["yes", "on", "1", "x y", ""]) for _ in range(2)},
        "restart": lambda: rng.choice(["no", "always", "unless-stopped", "on-failure:3"]),
        "mem_limit": lambda: rng.choice(["64m", "1g"]),
        "cpus": lambda: rng.choice([0.5, 1.5]),
        "user": lambda: str(rng.randint(0, 2000)),
        "init": lambda: rng.random() < 0.5,
        "read_only": lambda: rng.random() < 0.5,
        "cap_add": lambda: sorted(rng.sample(["NET_ADMIN", "SYS_TIME", "SYS_PTRACE"], 2)),
        "tmpfs": lambda: ["/scratch"],
        "volumes": lambda: [rng.choice(["data:/data", "more:/data:ro", "/tmp:/host:ro"])],
        "networks": lambda: {n: None for n in rng.sample(["default", "back"], rng.randint(1, 2))},
        "extra_hosts": lambda: {"other": "10.0.0.1"},
        "sysctls": lambda: {"net.core.somaxconn": str(rng.randint(1, 9))},
        "scale": lambda: rng.randint(1, 3),
        "stop_grace_period": lambda: rng.choice(["1s", "1m30s"]),
    }
    for key in rng.sample(sorted(optional), rng.randint(0, 9)):
        made[key] = optional[key]()
    if names and rng.random() < 0.6:
        made["depends_on"] = {n: {"condition": "service_started"} for n in rng.sample(names, 1)}
    return made


def stack(seed):
    rng = random.Random(seed)
    services = {}
    for i in range(rng.randint(1, 5)):
        services[f"s{i}"] = service(rng, sorted(services))
    return {"services": services, "networks": {"default": None, "back": None},
            "volumes": {"data": None, "more": None}}


def edited(seed, model):
    rng = random.Random(seed)
    copy = json.loads(json.dumps(model))
    name = rng.choice(sorted(copy["services"]))
    copy["services"][name].setdefault("environment", {})["EDITED"] = str(seed)
    if rng.random() < 0.3:
        copy["services"]["added"] = service(rng, [])
    return copy


# --- two ways to write the same ---

def plain(value, indent=0):
    return json.dumps(value, indent=2)


def scalar(value, rng):
    if isinstance(value, str):
        return rng.choice([json.dumps(value), "'" + value.replace("'", "''") + "'"])
    return json.dumps(value)


def other(value, rng, path=()):
    """YAML in block style, keys shuffled, maps as lists where that is the same."""
    pad = "  " * len(path)
    if isinstance(value, dict) and value:
        if path and path[-1] in ("environment", "labels", "sysctls"):
            return "".join(f"\n{pad}- {json.dumps(k + '=' + v)}" for k, v in shuffled(value, rng))
        if path and path[-1] == "extra_hosts":
            return "".join(f"\n{pad}- {json.dumps(k + '=' + v)}" for k, v in shuffled(value, rng))
        if path and path[-1] in ("networks", "depends_on") and len(path) == 3:
            return "".join(f"\n{pad}- {k}" for k, _ in shuffled(value, rng))
        return "".join(f"\n{pad}{k}:{other(v, rng, path + (k,))}" for k, v in shuffled(value, rng))
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}- {scalar(v, rng)}" for v in value)
    return " " + (scalar(value, rng) if not isinstance(value, (dict, list)) else json.dumps(value))


def shuffled(mapping, rng):
    items = list(mapping.items())
    rng.shuffle(items)
    return items


# --- playing ---

class Bench:
    def __init__(self, program, seed):
        self.program, self.seed, self.wrong = program, seed, []
        self.folder = tempfile.TemporaryDirectory(prefix="stackctl-properties-")
        self.write("fake.json", json.dumps({"state": "engine.json"}))

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), "w") as file:
            file.write(text)

    def engine(self):
        path = os.path.join(self.folder.name, "engine.json")
        if not os.path.exists(path):
            return None
        units = json.load(open(path)).get("units")
        return json.dumps(units, sort_keys=True)

    def run(self, *arguments, status=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith("COMPOSE_")}
        env.update(STACKCTL_FAKE=os.path.join(self.folder.name, "fake.json"), NO_COLOR="1")
        done = subprocess.run([self.program, "--runtime", "fake", "-p", "prop", *arguments], env=env,
                              cwd=self.folder.name, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != status:
            self.wrong.append(f"{arguments} ended with {done.returncode}: {done.stderr[-600:]}")
        return done

    def plan(self, status):
        before = self.engine()
        text = self.run("plan", "--json", "--exit-code", status=status).stdout
        if self.engine() != before:
            self.wrong.append("plan changed something")
        try:
            return json.loads(text)
        except ValueError:
            return {"actions": [], "changes": -1}

    def up(self, plan):
        up = self.run("up", "-d", "--progress", "json")
        events = [json.loads(line) for line in (up.stdout + up.stderr).splitlines() if line.startswith("{")]
        planned = sorted((a["name"], phase) for a in plan["actions"] for phase in phases(a))
        told = [(e["name"], e["phase"]) for e in events if e["state"] == "done"]
        done = sorted(step for i, step in enumerate(told) if not made_ahead(step, told[i + 1:]))
        if done != planned:
            self.wrong.append(f"planned {planned}, done {done}")

    def nothing_to_do(self, why):
        plan = self.plan(0)
        if plan["changes"]:
            self.wrong.append(f"{why}: {json.dumps(plan['actions'])[:600]}")

    def play(self):
        model = stack(self.seed)
        for step in (model, edited(self.seed, model)):
            self.write("compose.yaml", plain(step))
            self.up(self.plan(10))
            self.nothing_to_do("a second up is to do nothing")
            self.write("compose.yaml", other(step, random.Random(self.seed)))
            self.nothing_to_do("written in another way it is the same")
        return [f"stack {self.seed}: {text}" for text in self.wrong]


def main(program, n):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [w for some in pool.map(lambda seed: Bench(program, seed).play(), range(int(n))) for w in some]
    print(*wrong[:20], sep="\n")
    sys.exit(1 if wrong else 0)


main(*sys.argv[1:])
