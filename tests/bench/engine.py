"""engine.py — the Engine API without anything around it: what the floor is made of. Several requests at a time,
a kept connection for each thread."""
import concurrent.futures
import http.client
import itertools
import json
import os
import socket
import sys
import threading
import time
import urllib.parse

HOST = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
IMAGE = "busybox:1.36"
# As many as the engine gains from: more at a time do not make it faster.
AT_A_TIME = int(os.environ.get("FLOOR_REQUESTS", "8"))
kept = threading.local()
numbers = itertools.count()


class Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("engine", timeout=300)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(HOST.removeprefix("unix://"))


def ask(method, path, body=None, absent_is_fine=False):
    if not hasattr(kept, "connection"):
        kept.connection = Connection()
    text = json.dumps(body) if body is not None else None
    kept.connection.request(method, "/v1.41" + path, text, {"Content-Type": "application/json"})
    answer = kept.connection.getresponse()
    data = answer.read()
    if answer.status >= 400 and not (absent_is_fine and answer.status in (404, 409)):
        raise RuntimeError(f"{method} {path}: {answer.status} {data[:300].decode(errors='replace')}")
    return json.loads(data) if data[:1] in (b"{", b"[") else None


def together(function, items):
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        return list(pool.map(function, items))


def containers(project):
    filters = json.dumps({"label": [f"com.docker.compose.project={project}"]})
    return ask("GET", "/containers/json?all=1&filters=" + urllib.parse.quote(filters))


def bring_up(project, n):
    """One network, n containers made and started: its name and their ids."""
    labels = {"com.docker.compose.project": project}
    name = f"{project}-{next(numbers)}"  # one that the engine never let go of keeps its name
    network = ask("POST", "/networks/create", {"Name": name, "Labels": labels, "CheckDuplicate": True})["Id"]

    def start(i):
        made = ask("POST", f"/containers/create?name={project}-{i}", {
            "Image": IMAGE, "Cmd": ["sleep", "1000"], "Labels": labels,
            "HostConfig": {"NetworkMode": network, "Init": True},
            "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": [f"s{i}"]}}}})["Id"]
        ask("POST", f"/containers/{made}/start")
        return made

    return name, together(start, range(n))


def remove_network(name):
    """The engine lets go of endpoints a moment late, and says until then that the network is in use. Sometimes it never
    does; then the network is left, which costs nobody anything."""
    for _ in range(50):
        try:
            return ask("DELETE", "/networks/" + name, absent_is_fine=True)
        except RuntimeError as error:
            why = error
        time.sleep(0.1)
    print(why, file=sys.stderr)


def take_down(network, ids):
    def remove(made):
        ask("POST", f"/containers/{made}/stop?t=2")
        ask("DELETE", f"/containers/{made}")

    together(remove, ids)
    remove_network(network)


def read_logs(ids):
    """All bytes of the logs, looked at by nobody."""
    def read(made):
        connection = Connection()
        connection.request("GET", f"/v1.41/containers/{made}/logs?stdout=1&stderr=1")
        answer, room, size = connection.getresponse(), bytearray(1 << 20), 0
        while n := answer.readinto(room):
            size += n
        connection.close()
        return size

    return sum(together(read, ids))


def clean(project):
    """Removes what a project has, whoever made it."""
    together(lambda c: ask("DELETE", f"/containers/{c['Id']}?force=1&v=1", absent_is_fine=True), containers(project))
    filters = urllib.parse.quote(json.dumps({"label": [f"com.docker.compose.project={project}"]}))
    for network in ask("GET", "/networks?filters=" + filters):
        remove_network(network["Id"])


def version():
    return ask("GET", "/version")
