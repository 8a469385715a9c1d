#!/usr/bin/env python3
"""config.py STACKCTL [OTHER...] — what `config -q` takes for 10, 100, 1,000 and 10,000 services: processor time
and most memory, the best of three runs. OTHER is a program to compare with, such as docker-compose; it gets
300 s for each size. Without engine; prints one line a size."""
import os, signal, sys, tempfile

RUNS, LIMIT_S = 3, 300


def stack(n):
    """Services as they are in real files: a dozen keys each, all on shared networks and volumes."""
    text = "name: bench\nservices:\n"
    for i in range(n):
        text += f"""  s{i}:
    image: example/app:{i % 7}
    command: ["run", "--port", "80{i % 90 + 10}"]
    environment:
      A: "1"
      B: value-{i}
      HOST: ${{BENCH_HOST:-local}}
    ports: ["{10000 + i}:80"]
    volumes: ["data{i % 10}:/data", "./conf:/etc/app:ro"]
    networks: [front, back]
    depends_on: [{f's{i - 1}' if i else ''}]
    healthcheck: {{test: ["CMD", "true"], interval: 5s}}
    labels: {{a: b, n: "{i}"}}
    restart: unless-stopped
"""
    return text + "networks: {front: {}, back: {}}\nvolumes: {" + ", ".join(f"data{i}: {{}}" for i in range(10)) + "}\n"


def measure(program, path):
    """(seconds of processor time, KiB), or None when it failed or took too long."""
    pid = os.fork()
    if pid == 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(nothing, fd)
        signal.alarm(LIMIT_S)
        try:
            os.execvp(program, [program, "-f", path, "config", "-q"])
        finally:
            os._exit(127)
    _, status, used = os.wait4(pid, 0)
    return (used.ru_utime + used.ru_stime, used.ru_maxrss) if status == 0 else None


def best(program, path):
    first = measure(program, path)
    runs = [first] + [measure(program, path) for _ in range(RUNS - 1) if first and first[0] < 10]
    return None if None in runs else (min(r[0] for r in runs), min(r[1] for r in runs))


def main(programs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "compose.yaml")
        for n in (10, 100, 1000, 10000):
            with open(path, "w") as out:
                out.write(stack(n))
            cells = []
            for program in programs:
                took = best(program, path)
                cells.append(f"{os.path.basename(program)} " + (f"{took[0]:7.3f} s {took[1] / 1024:7.1f} MiB" if took else "failed"))
            print(f"{n:6d} services   {os.path.getsize(path) / 1024:7.0f} KiB   " + "   ".join(cells), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
