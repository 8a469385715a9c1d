#!/usr/bin/env python3
"""How long from saving a file until it is in the container, and until a process that ends at once runs anew:

    tests/bench/watch.py [-n TIMES] COMMAND...     watch.py stackctl; watch.py docker compose

COMMAND is run with "-f FILE watch". Needs root and an engine on this machine: files are looked at below
/proc/PID/root, so that looking costs nothing. The floor is the engine itself: the same archive and the same restart
asked through its API, without a quiet time."""
import argparse, http.client, io, os, signal, socket, statistics, subprocess, tarfile, tempfile, time

STACK = """
name: bench-watch
services:
  web:
    image: busybox:1.36
    command: [sleep, "10000"]
    stop_grace_period: 0s
    build: {dockerfile_inline: "FROM busybox:1.36"}
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
  again:
    image: busybox:1.36
    command: [sh, -c, "trap 'exit 0' TERM; cat /one > /out/began; while :; do sleep 0.01; done"]
    build: {dockerfile_inline: "FROM busybox:1.36"}
    volumes: ["./out:/out"]
    develop: {watch: [{path: ./one, action: sync+restart, target: /one}]}
"""


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("did not come true in time")
        time.sleep(0.001)


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return None


def save(path, text):
    with open(path, "w") as f:
        f.write(text)


class Engine(http.client.HTTPConnection):
    """Its API, by the socket that DOCKER_HOST names."""

    def __init__(self):
        super().__init__("engine")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))

    def ask(self, method, path, body=b""):
        self.request(method, path, body=body, headers={"Content-Type": "application/x-tar"})
        answer = self.getresponse()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.read().decode()}")
        answer.read()


def archive(name, text):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def copy_and_restart(engine, text):
    engine.ask("PUT", "/containers/bench-watch-again-1/archive?path=/", archive("one", text))
    engine.ask("POST", "/containers/bench-watch-again-1/restart")


def measure(times, change, seen):
    taken = []
    for i in range(times):
        time.sleep(0.7)  # each save by itself, whatever the tool's quiet time
        text = f"{os.getpid()} {i}\n"
        began = time.monotonic()
        change(text)
        until(lambda: seen() == text)
        taken.append((time.monotonic() - began) * 1000)
    return taken


def tell(what, taken):
    taken.sort()
    p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
    print(f"{what}: median {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms, {len(taken)} times", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=20)
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        os.chdir(top)
        os.mkdir("src")
        os.mkdir("out")
        save("compose.yaml", STACK)
        save("src/a", "")
        save("one", "")
        compose = [*args.command, "-f", top + "/compose.yaml"]
        subprocess.run([*compose, "up", "-d"], check=True, capture_output=True)
        watch = subprocess.Popen([*compose, "watch", "--no-up"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            while b"Watch enabled" not in watch.stdout.readline():
                pass
            os.set_blocking(watch.stdout.fileno(), False)
            pid = subprocess.run(["docker", "inspect", "-f", "{{.State.Pid}}", "bench-watch-web-1"],
                                 check=True, capture_output=True, text=True).stdout.strip()

            def drained(path):
                watch.stdout.read()
                return read(path)

            tell("save to file in the container",
                 measure(args.n, lambda text: save("src/a", text), lambda: drained(f"/proc/{pid}/root/app/a")))
            tell("save to process running anew",
                 measure(args.n, lambda text: save("one", text), lambda: drained("out/began")))
            watch.send_signal(signal.SIGINT)
            watch.wait()
            engine = Engine()
            tell("the engine alone: copy, restart, process running anew",
                 measure(args.n, lambda text: copy_and_restart(engine, "floor " + text),
                         lambda: (read("out/began") or "").removeprefix("floor ")))
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait()
            subprocess.run([*compose, "down", "-t", "0"], capture_output=True)


main()
