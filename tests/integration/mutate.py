#!/usr/bin/env python3
"""mutate.py fields | apply PROJECT | disown PROJECT - makes containers anew, as they are but for something.
fields: prints how many there are.
apply: PROJECT-m-1, PROJECT-m-2, ... each with one field changed; prints "INDEX KEY": what `diff` has to tell.
disown: all, with labels as another version of Docker Compose would have given them, and starts them."""
import http.client
import json
import os
import socket
import sys
import urllib.parse

HOST = "HostConfig"
# What changes, and the key that tells it.
FIELDS = [
    ("command", "Cmd", ["sleep", "5"]),
    ("entrypoint", "Entrypoint", ["env"]),
    ("environment.MODE", "Env", ["MODE=new", "DB_PASSWORD=hunter2"]),
    ("environment.DB_PASSWORD", "Env", ["MODE=old", "DB_PASSWORD=hunter3"]),
    ("user", "User", "5"),
    ("working_dir", "WorkingDir", "/tmp"),
    ("hostname", "Hostname", "other"),
    ("domainname", "Domainname", "d.test"),
    ("stop_signal", "StopSignal", "SIGINT"),
    ("stop_grace_period", "StopTimeout", 7),
    ("tty", "Tty", True),
    ("stdin_open", "OpenStdin", True),
    ("healthcheck.test", "Healthcheck", {"Test": ["CMD", "true"]}),
    ("labels.team", "Labels", {"team": "red"}),
    ("expose.99/tcp", "ExposedPorts", {"99/tcp": {}, "80/tcp": {}}),
    ("ports.80/tcp", HOST, {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "18123"}]}}),
    ("volumes./data", HOST, {"Binds": ["/tmp:/data:rw"]}),
    ("volumes./more", HOST, {"Mounts": [{"Type": "tmpfs", "Target": "/more"}]}),
    ("tmpfs./scratch", HOST, {"Tmpfs": {"/scratch": ""}}),
    ("restart", HOST, {"RestartPolicy": {"Name": "always"}}),
    ("mem_limit", HOST, {"Memory": 64 << 20}),
    ("mem_reservation", HOST, {"MemoryReservation": 32 << 20}),
    ("oom_score_adj", HOST, {"OomScoreAdj": 5}),
    ("shm_size", HOST, {"ShmSize": 1 << 20}),
    ("cpus", HOST, {"NanoCpus": 500000000}),
    ("cpu_shares", HOST, {"CpuShares": 200}),
    ("cpu_quota", HOST, {"CpuQuota": 50000}),
    ("cpuset", HOST, {"CpusetCpus": "0"}),
    ("pids_limit", HOST, {"PidsLimit": 77}),
    ("devices./dev/xnull", HOST, {"Devices": [
        {"PathOnHost": "/dev/null", "PathInContainer": "/dev/xnull", "CgroupPermissions": "r"}]}),
    ("ulimits.nofile", HOST, {"Ulimits": [{"Name": "nofile", "Soft": 100, "Hard": 100}]}),
    ("cap_add", HOST, {"CapAdd": ["NET_ADMIN"]}),
    ("cap_drop", HOST, {"CapDrop": ["MKNOD"]}),
    ("privileged", HOST, {"Privileged": True}),
    ("read_only", HOST, {"ReadonlyRootfs": True}),
    ("init", HOST, {"Init": True}),
    ("security_opt.no-new-privileges", HOST, {"SecurityOpt": ["no-new-privileges"]}),
    ("ipc", HOST, {"IpcMode": "host"}),
    ("pid", HOST, {"PidMode": "host"}),
    ("uts", HOST, {"UTSMode": "host"}),
    ("dns", HOST, {"Dns": ["1.1.1.1"]}),
    ("extra_hosts", HOST, {"ExtraHosts": ["a:1.2.3.4"]}),
    ("group_add", HOST, {"GroupAdd": ["5"]}),
    ("sysctls.net.core.somaxconn", HOST, {"Sysctls": {"net.core.somaxconn": "512"}}),
    ("logging.driver", HOST, {"LogConfig": {"Type": "none", "Config": {}}}),
]


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        self.request(method, path, text, {"Content-Type": "application/json"} if text else {})
        answer = self.getresponse()
        data = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {data.decode()}")
        return json.loads(data) if data else None


def again(engine, name, member, value, only=False):
    was = engine.ask("GET", f"/containers/{name}/json")
    body = dict(was["Config"], HostConfig=was[HOST])
    if body["Hostname"] == was["Id"][:12]:
        del body["Hostname"]
    keep = ("Aliases", "IPAMConfig", "Links", "DriverOpts")
    ends = {n: {k: e[k] for k in keep} for n, e in was["NetworkSettings"]["Networks"].items()}
    for end in ends.values():
        end["Aliases"] = [a for a in end["Aliases"] or [] if a != was["Id"][:12]]
    first = {n: e for n, e in ends.items() if n == body[HOST]["NetworkMode"]}
    body["NetworkingConfig"] = {"EndpointsConfig": first}
    if only:
        body[member] = value
    elif member in (HOST, "Labels"):
        body[member].update(value)
    else:
        body[member] = value
    engine.ask("DELETE", f"/containers/{name}?force=1")
    engine.ask("POST", f"/containers/create?name={name}", body)
    for network, settings in ends.items():
        if network not in first and network not in ("none", "host"):
            engine.ask("POST", f"/networks/{network}/connect", {"Container": name, "EndpointConfig": settings})


def disown(engine, project):
    filters = urllib.parse.quote(json.dumps({"label": [f"com.docker.compose.project={project}"]}))
    found = engine.ask("GET", f"/containers/json?all=1&filters={filters}")
    for name in sorted(c["Names"][0][1:] for c in found):
        was = engine.ask("GET", f"/containers/{name}/json")
        labels = {k: v for k, v in was["Config"]["Labels"].items() if k != "io.stackctl.config"}
        labels.update({"com.docker.compose.config-hash": "0" * 64, "com.docker.compose.version": "2.17.2"})
        again(engine, name, "Labels", labels, only=True)
        engine.ask("POST", f"/containers/{name}/start")


def main(what, project=None):
    if what == "fields":
        print(len(FIELDS), end="")
        return
    engine = Engine(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
    if what == "disown":
        disown(engine, project)
        return
    for index, (key, member, value) in enumerate(FIELDS, 1):
        again(engine, f"{project}-m-{index}", member, value)
        print(index, key)


main(*sys.argv[1:])
