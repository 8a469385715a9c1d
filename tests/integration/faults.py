#!/usr/bin/env python3
"""faults.py STACKCTL - an update with --on-failure rollback, over and over, on an engine in memory of which another
request fails each time: whichever it is, `up` fails and leaves containers, networks and volumes as they were. Once all
that is new is ready there is no way back, as what is old is given up: then nothing else may be left to do."""
import concurrent.futures, json, os, shutil, subprocess, sys, tempfile

STACK = """
services:
  db:
    image: busybox:1.36
    command: [sleep, "1000"]
    volumes: ["data:/data", /anonymous]
  web:
    image: busybox:1.36
    command: [sleep, "{n}"]
    depends_on: [db]
    deploy: {{ replicas: {replicas} }}
  {third}:
    image: busybox:1.36
    command: [sleep, "1000"]
    networks: [default, {network}]
    depends_on: [web]
networks: {{ {network}: {{}} }}
volumes: {{ data: {{}}, {volume}: {{}} }}
"""
BEFORE = STACK.format(n=1000, replicas=3, third="old", network="default2", volume="more")
AFTER = STACK.format(n=1001, replicas=2, third="new", network="extra", volume="fresh")
REQUESTS = ("create", "start", "stop", "rename", "remove", "wait", "inspect", "pull")
MOST = 40  # requests of one kind that one up makes, and more


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as f:
        f.write(text)


def run(program, folder, *arguments):
    project = os.path.basename(folder).lower().replace("_", "-")  # of its own: they would wait for each other
    env = {k: v for k, v in os.environ.items() if not k.startswith("COMPOSE_")}
    env["STACKCTL_FAKE"] = os.path.join(folder, "fake.json")
    return subprocess.run([program, "--runtime", "fake", "-p", project, *arguments], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def engine(folder):
    """What there is, without what passes: times, and images, which stay."""
    units = json.load(open(os.path.join(folder, "engine.json")))["units"]
    kept = ("kind", "name", "id", "project", "service", "index", "key", "image", "state", "mounts", "networks")
    return sorted(json.dumps({k: u.get(k) for k in kept}, sort_keys=True) for u in units if u["kind"] != "image")


def only_leftovers(program, folder):
    """All that the file wants is there; what is to do is to remove."""
    plan = json.loads(run(program, folder, "plan", "--json", "--remove-orphans").stdout)
    return {a["action"] for a in plan["actions"]} <= {"keep", "stop", "remove"}


def play(program, request, nth):
    """None: as it must be; "": the request was not made; else what is wrong."""
    folder = tempfile.mkdtemp(prefix="stackctl-faults-")
    try:
        write(folder, "fake.json", json.dumps({"state": "engine.json"}))
        write(folder, "compose.yaml", BEFORE)
        first = run(program, folder, "up", "-d", "--wait")
        if first.returncode:
            return f"the first up fails: {first.stderr}"
        before = engine(folder)
        write(folder, "fake.json", json.dumps({"state": "engine.json", "fail": [
            {"request": request, "nth": nth, "code": "failed", "message": "no luck"}]}))
        write(folder, "compose.yaml", AFTER)
        done = run(program, folder, "up", "-d", "--wait", "--on-failure", "rollback", "--remove-orphans",
                   "--progress", "plain")
        if "no luck" not in done.stderr:
            return "" if done.returncode == 0 else f"status {done.returncode}: {done.stderr}"
        if done.returncode == 0:
            return f"status 0 though {request} {nth} failed: {done.stderr}"
        after = engine(folder)
        if after != before and not only_leftovers(program, folder):
            return "\n".join([f"{request} {nth}: not as before:", *("- " + u for u in before if u not in after),
                              *("+ " + u for u in after if u not in before), done.stderr])
        return None
    finally:
        shutil.rmtree(folder)


def one_kind(program, request):
    wrong, played = [], 0
    for nth in range(1, MOST):
        result = play(program, request, nth)
        if result == "":
            break
        played += 1
        if result:
            wrong.append(result)
    return request, played, wrong


def main(program):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda request: one_kind(program, request), REQUESTS))
    print(", ".join(f"{request} {played}" for request, played, _ in results))
    wrong = [text for _, _, some in results for text in some]
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
