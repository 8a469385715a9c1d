"""scripted.py - an engine for tests, on a socket of its own, that knows one project of one service, runs nothing, and
answers as its test wants it to: it can fall silent, and all it tells can be soiled. What it was asked is in `asked`."""
import http.server
import json
import os
import re
import socketserver
import struct
import threading
import time
import urllib.parse

ID = "c0ffee" + "0" * 58
IMAGE = "sha256:" + "1" * 64
HASH = "0" * 64


def stamp(seconds):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1e9):09d}Z"


class Engine:
    """Runs from its making on. taint: what becomes of each text that a container or a person could have chosen."""

    def __init__(self, path, project, taint=lambda text: text):
        self.path, self.project, self.taint = path, project, taint
        self.silent, self.ended = threading.Event(), threading.Event()
        self.changed = threading.Condition()
        self.log, self.events, self.asked = [], [], []
        self.refusal = None  # what a POST is refused with
        engine = self

        class Bound(Handler):
            pass

        Bound.engine = engine
        self.server = Server(path, Bound)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
        os.unlink(self.path)

    def write(self, text, is_stderr=False):
        with self.changed:
            self.log.append((time.time(), text.encode() if isinstance(text, str) else text, is_stderr))
            self.changed.notify_all()

    def happen(self, action):
        ns = time.time_ns()
        with self.changed:
            self.events.append((ns, {
                "Type": "container", "Action": self.taint(action), "timeNano": ns, "time": ns // 10**9, "id": ID,
                "Actor": {"ID": ID, "Attributes": dict(self.labels(), name=self.taint("web"), image=self.taint("busybox"))}}))
            self.changed.notify_all()

    def end(self):
        self.ended.set()
        self.happen("die")

    def labels(self):
        return {"com.docker.compose.project": self.project, "com.docker.compose.service": "web",
                "com.docker.compose.container-number": "1", "com.docker.compose.oneoff": "False",
                "com.docker.compose.config-hash": HASH, "com.docker.compose.project.working_dir": self.taint("/srv"),
                "com.docker.compose.project.config_files": self.taint("/srv/compose.yaml"),
                self.taint("note"): self.taint("label")}

    def mounts(self):
        return [{"Type": "volume", "Name": self.taint("data"), "Source": self.taint("/data"), "Destination": self.taint("/data")}]

    def listed(self):
        state = "exited" if self.ended.is_set() else "running"
        return {"Id": ID, "Names": ["/" + self.taint("web")], "Labels": self.labels(), "State": state, "ImageID": IMAGE,
                "Status": self.taint("Up 1 second"), "Image": self.taint("busybox"), "Command": self.taint("sleep 9"),
                "Created": 1700000000, "Mounts": self.mounts(), "HostConfig": {"NetworkMode": self.taint("net")},
                "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "IP": self.taint("0.0.0.0"), "Type": "tcp"}],
                "NetworkSettings": {"Networks": {self.taint("net"): {"NetworkID": "n1"}}}}

    def inspected(self):
        ended = self.ended.is_set()
        health = {"Status": "unhealthy", "FailingStreak": 3, "Log": [
            {"Start": stamp(time.time()), "End": stamp(time.time()), "ExitCode": 1, "Output": self.taint("no answer")}]}
        return {"Id": ID, "Name": "/" + self.taint("web"), "Image": IMAGE, "Created": "2026-01-01T00:00:00Z",
                "RestartCount": 0, "Mounts": self.mounts(), "Path": self.taint("sleep"), "Args": [self.taint("9")],
                "State": {"Status": "exited" if ended else "running", "Running": not ended, "ExitCode": 3 if ended else 0,
                          "StartedAt": "2026-01-01T00:00:00Z", "Error": self.taint("gone"),
                          "FinishedAt": stamp(time.time()) if ended else "0001-01-01T00:00:00Z", "Health": health},
                "Config": {"Image": self.taint("busybox"), "Labels": self.labels(), "Env": [self.taint("A=b")], "Tty": False,
                           "Cmd": [self.taint("sleep")], "Healthcheck": {"Test": ["CMD", self.taint("check")]}},
                "HostConfig": {"Binds": [self.taint("/a:/b")], "NetworkMode": self.taint("net"), "RestartPolicy": {"Name": "no"}},
                "NetworkSettings": {"Networks": {self.taint("net"): {"NetworkID": "n1", "Aliases": [self.taint("web")]}},
                                    "Ports": {"80/tcp": [{"HostIp": self.taint("0.0.0.0"), "HostPort": "8080"}]}}}

    def image(self):
        return {"Id": IMAGE, "RepoTags": [self.taint("busybox:1")], "RepoDigests": [self.taint("busybox@" + IMAGE)], "Size": 1,
                "Created": "2026-01-01T00:00:00Z", "Os": self.taint("linux"), "Architecture": self.taint("amd64"), "Config": {}}

    def answer(self, method, path):
        """Status and what to say, or None: there is no such thing."""
        if method == "POST" and self.refusal:
            return 500, {"message": self.taint(self.refusal)}
        fixed = {
            "/_ping": "OK", "/containers/json": [self.listed()], "/containers/web/json": self.inspected(),
            f"/containers/{ID}/json": self.inspected(), "/images/json": [dict(self.image(), Created=1700000000)],
            "/networks": [{"Name": self.taint("net"), "Id": "n1", "Labels": self.labels(), "IPAM": {"Config": [{"Subnet": self.taint("10.0.0.0/24")}]}}],
            "/volumes": {"Volumes": [{"Name": self.taint("data"), "Driver": self.taint("local"), "Labels": self.labels(), "Mountpoint": self.taint("/x")}]},
            "/version": {"Version": self.taint("99"), "ApiVersion": self.taint("1.43"), "MinAPIVersion": self.taint("1.24"), "Os": self.taint("linux"), "Arch": self.taint("amd64")},
            "/info": {"ServerVersion": self.taint("99"), "OperatingSystem": self.taint("os"), "Driver": self.taint("overlay2"), "Name": self.taint("host"), "Warnings": [self.taint("careful")], "DockerRootDir": self.taint("/var/lib/docker")},
            f"/containers/{ID}/top": {"Titles": [self.taint("PID"), "CMD"], "Processes": [[self.taint("1"), self.taint("sleep")]]},
            f"/containers/{ID}/exec": {"Id": "e1"}, "/exec/e1/json": {"Running": False, "ExitCode": 0},
            f"/containers/{ID}/stats": {"id": ID, "name": self.taint("web"), "read": stamp(time.time()), "cpu_stats": {}, "memory_stats": {"usage": 1, "limit": 2}, "networks": {self.taint("eth0"): {"rx_bytes": 1}}},
        }
        if path in fixed:
            return 200, fixed[path]
        if path.startswith("/images/") and path.endswith("/json"):
            return 200, self.image()
        return 404, {"message": self.taint("there is no " + path)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = None

    def wait_while_silent(self):
        with self.engine.changed:
            while self.engine.silent.is_set():
                self.engine.changed.wait(0.05)

    def send(self, status, what):
        body = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.43")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def follow(self, rows, begin, wrap, follow, until_ended):
        """Gives each row from begin on, and goes on with those that come."""
        at = 0
        while True:
            self.wait_while_silent()
            with self.engine.changed:
                while follow and at == len(rows) and not self.engine.silent.is_set() and not (until_ended and self.engine.ended.is_set()):
                    self.engine.changed.wait(0.05)
                if self.engine.silent.is_set():
                    continue
                new, at = rows[at:], len(rows)
            for row in new:
                if row[0] >= begin:
                    self.chunk(wrap(row))
            if not follow or (until_ended and self.engine.ended.is_set()):
                self.chunk(b"")
                return

    def stream_log(self, query):
        def wrap(row):
            text = stamp(row[0]).encode() + b" " + row[1]
            return struct.pack(">BxxxL", 2 if row[2] else 1, len(text)) + text
        since = query.get("since", ["0"])[0]
        begin = float(since) - 1e-6  # to the digits a stamp has, more or less: what comes twice is ours to find out
        self.begin_stream("application/vnd.docker.raw-stream")
        self.follow(self.engine.log, begin, wrap, query.get("follow", ["0"])[0] in ("1", "true"), True)

    def stream_events(self, query):
        since = query.get("since", [""])[0]
        begin = round(float(since) * 1e9) - 1000 if re.fullmatch(r"[0-9.]+", since) else 0 if since else time.time_ns()
        self.begin_stream("application/json")
        self.follow(self.engine.events, begin, lambda row: json.dumps(row[1]).encode() + b"\n", "until" not in query, False)

    def upgrade(self):
        self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
        text = self.engine.taint("said by exec").encode() + b"\n"
        self.wfile.write(struct.pack(">BxxxL", 1, len(text)) + text)
        while not self.engine.ended.wait(0.05):
            pass
        self.close_connection = True

    def serve(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        path = re.sub(r"^/v1\.\d+", "", url.path)
        query = urllib.parse.parse_qs(url.query)
        self.engine.asked.append(f"{self.command} {path}")
        self.wait_while_silent()
        if path.endswith("/logs"):
            self.stream_log(query)
        elif path == "/events":
            self.stream_events(query)
        elif path == "/exec/e1/start":
            self.upgrade()
        else:
            self.send(*self.engine.answer(self.command, path))

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = serve

    def log_message(self, *_):
        pass

    def address_string(self):
        return "local"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
