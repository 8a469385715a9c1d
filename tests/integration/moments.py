#!/usr/bin/env python3
"""moments.py STACKCTL RUNTIME COUNT [SEED] — interrupts or kills `up`, an update and `down` at random moments
("fake", or "docker" on the engine of DOCKER_HOST), and says when one of them does not end as it must, or
when the next `up` or `down` does not put right what it left. The seed is printed, and makes the same run."""
import concurrent.futures, json, os, random, shutil, signal, subprocess, sys, tempfile, time

ENDS_WITHIN_S = 60
AT_A_TIME = 4
INSTANCES = 5  # of the stack below, the finished job included

STACK = """
services:
  db:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sleep, "{n}"]
    volumes: [data:/data]
    healthcheck: {{ test: [CMD, "true"], interval: 1s }}
  migrate:
    image: busybox:1.36
    command: [sh, -c, "sleep 0.1"]
    depends_on: {{ db: {{ condition: service_healthy }} }}
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sleep, "{n}"]
    volumes: [/cache]
    depends_on: {{ migrate: {{ condition: service_completed_successfully }} }}
    deploy: {{ replicas: 2, update_config: {{ order: {order}, failure_action: rollback, monitor: 200ms }} }}
  api:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sleep, "1000"]
    depends_on: [web]
volumes: {{ data: {{}} }}
"""
FAKE = {"state": "engine.json",
        "delays": {"create": 5, "rename": 5, "remove": 5},
        "images": {"*": {"pull_ms": 20}},
        "services": {"migrate": {"exit_ms": 30, "exit_code": 0},
                     "*": {"start_ms": 10, "stop_ms": 20, "stop_code": 0}}}


class Wrong(Exception):
    pass


class Moment:
    """One stack, in a folder and project of its own."""

    def __init__(self, program, runtime, number):
        self.program, self.runtime = program, runtime
        self.folder = tempfile.mkdtemp(prefix="stackctl-moment-")
        self.project = f"moment{os.getpid()}x{number}"
        self.said = ""
        with open(os.path.join(self.folder, "fake.json"), "w") as f:
            json.dump(FAKE, f)

    def write(self, n, order):
        with open(os.path.join(self.folder, "compose.yaml"), "w") as f:
            f.write(STACK.format(n=n, order=order))

    def begin(self, *arguments):
        env = {k: v for k, v in os.environ.items() if not k.startswith("COMPOSE_")}
        env["STACKCTL_FAKE"] = os.path.join(self.folder, "fake.json")
        command = [self.program, "--runtime", self.runtime, "-p", self.project, *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def end(self, process, what):
        try:
            out = process.communicate(timeout=ENDS_WITHIN_S)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            out = process.communicate()[0].decode(errors="replace")
            self.said += f"$ {what}\n{out}"
            raise Wrong(f"'{what}' hangs")
        self.said += f"$ {what} -> {process.returncode}\n{out}"
        for bad in ("Sanitizer", "runtime error", "Assertion"):
            if bad in out:
                raise Wrong(f"'{what}' says '{bad}'")
        return process.returncode, out

    def must(self, *arguments):
        code, out = self.end(self.begin(*arguments), " ".join(arguments))
        if code:
            raise Wrong(f"'{' '.join(arguments)}' ended with {code}")
        return out

    def interrupt(self, arguments, after_s, signo):
        process = self.begin(*arguments)
        time.sleep(after_s)  # the moment itself, not a wait for something
        process.send_signal(signo)
        what = f"{' '.join(arguments)}  # {signal.Signals(signo).name} after {after_s * 1000:.0f} ms"
        code, _ = self.end(process, what)
        if code not in (0, -signo):
            raise Wrong(f"'{what}' ended with {code}")

    def nothing_left(self):
        if self.must("ps", "-aq").strip():
            raise Wrong("containers are left after down")
        if self.runtime == "fake":
            state = json.load(open(os.path.join(self.folder, "engine.json")))
            left = [u["name"] for u in state["units"] if u["kind"] != "image"]
        else:
            of = f"label=com.docker.compose.project={self.project}"
            left = [n for kind in ("network", "volume") for n in subprocess.run(
                ["docker", kind, "ls", "-q", "--filter", of], capture_output=True, text=True).stdout.split()]
        if left:
            raise Wrong(f"left after down -v: {left}")

    def converges(self):
        self.must("up", "-d", "--wait", "--progress", "plain")
        n = len(self.must("ps", "-aq").split())
        if n != INSTANCES:
            raise Wrong(f"{n} containers after up, not {INSTANCES}")
        self.must("down", "-v", "--progress", "plain")
        self.nothing_left()


def play(m, scenario, share, signo, order, lasts):
    m.write(1000, order)
    arguments = {"up": ["up", "-d", "--wait"], "attached": ["up"], "update": ["up", "-d"], "down": ["down", "-v"]}[scenario]
    if scenario in ("update", "down"):
        m.must("up", "-d", "--wait")
    if scenario == "update":
        m.write(1001, order)
    m.interrupt(arguments + ["--progress", "plain"], share * lasts[scenario], signo)
    if scenario == "attached" and signo == signal.SIGINT and m.must("ps", "-q").strip():
        raise Wrong("containers run on after an interrupted up")
    m.converges()


def measure(program, runtime):
    m, lasts = Moment(program, runtime, 0), {}
    m.write(1000, "stop-first")
    for name, arguments in (("up", ["up", "-d", "--wait"]), ("update", ["up", "-d"]), ("down", ["down", "-v"])):
        began = time.monotonic()
        m.must(*arguments)
        lasts[name] = time.monotonic() - began
        m.write(1001, "stop-first")
    lasts["attached"] = lasts["up"]
    shutil.rmtree(m.folder)
    return lasts


def one(program, runtime, lasts, number, scenario, share, signo, order):
    m = Moment(program, runtime, number)
    try:
        play(m, scenario, share, signo, order, lasts)
        return 0
    except Wrong as e:
        print(f"moment {number} ({scenario}, {order}): {e}\n{m.said}", flush=True)
        m.end(m.begin("down", "-v", "-t", "0"), "down")
        return 1
    finally:
        shutil.rmtree(m.folder)


def main():
    program, runtime, count = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    dice, lasts, moments = random.Random(seed), measure(program, runtime), []
    for number in range(1, count + 1):
        moments.append((number, dice.choice(("up", "attached", "update", "update", "down")), dice.random(),
                        dice.choice((signal.SIGINT, signal.SIGINT, signal.SIGKILL)),
                        dice.choice(("start-first", "stop-first"))))
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        wrong = sum(pool.map(lambda moment: one(program, runtime, lasts, *moment), moments))
    print(f"{count} moments, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
