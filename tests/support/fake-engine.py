#!/usr/bin/env python3
"""fake-engine.py SOCKET RECORD [--api 1.52] [--oldest 1.44] [--lose-images] - an engine as thin as can be, for what
the real one at hand is too old, too new or too well for: it says which API versions it speaks, refuses the others as
Docker does, keeps what is created, runs nothing, and writes each request as a line of JSON to RECORD.

--lose-images: an image is there when it is looked at and gone when a container is to be made from it, until it is
pulled."""
import argparse
import json
import re
import socketserver
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler

IMAGE = "sha256:" + "1" * 64


def number(version):
    return int(version.split(".")[1])


def has_labels(query, labels):
    wanted = json.loads(query.get("filters", ["{}"])[0]).get("label", [])
    return all(w == f"{w.partition('=')[0]}={labels.get(w.partition('=')[0])}" or w in labels for w in wanted)


class Engine:
    def __init__(self, options):
        self.options = options
        self.containers, self.networks = {}, {}
        self.pulled = False
        self.lock = threading.Lock()
        self.record = open(options.record, "a", encoding="utf-8")

    def write(self, **row):
        with self.lock:
            self.record.write(json.dumps(row) + "\n")
            self.record.flush()

    # each: (status, answer)

    def ping(self, _query, _body):
        return 200, "OK"

    def list_containers(self, query, _body):
        return 200, [dict(Id=i, Names=[c["Name"]], Labels=c["Config"].get("Labels", {}), State="running",
                          Status="Up 1 second", Image=c["Config"]["Image"], ImageID=IMAGE, Created=1700000000, Ports=[],
                          Mounts=[], HostConfig={}, NetworkSettings=c["NetworkSettings"])
                     for i, c in self.containers.items() if has_labels(query, c["Config"].get("Labels", {}))]

    def create_container(self, query, body):
        if self.options.lose_images and not self.pulled:
            return 404, {"message": "No such image: " + body["Image"]}
        name = query["name"][0]
        networks = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        id = "%064x" % (len(self.containers) + 1)
        self.containers[id] = dict(
            Id=id, Name="/" + name, Image=IMAGE, Created="2026-01-01T00:00:00Z", Config=body, Mounts=[],
            HostConfig=body.get("HostConfig", {}), RestartCount=0,
            State=dict(Status="created", Running=False, StartedAt="0001-01-01T00:00:00Z",
                       FinishedAt="0001-01-01T00:00:00Z", ExitCode=0),
            NetworkSettings=dict(Networks={n: dict(NetworkID=n) for n in networks}, Ports={}))
        return 201, {"Id": id, "Warnings": []}

    def start_container(self, _query, _body, id):
        self.containers[id]["State"].update(Status="running", Running=True, StartedAt="2026-01-01T00:00:00Z")
        return 204, None

    def inspect_container(self, _query, _body, id):
        for key, container in self.containers.items():
            if id in (key, container["Name"][1:]):
                return 200, container
        return 404, {"message": "No such container: " + id}

    def list_networks(self, query, _body):
        return 200, [n for n in self.networks.values() if has_labels(query, n.get("Labels", {}))]

    def create_network(self, _query, body):
        self.networks[body["Name"]] = dict(body, Id=body["Name"])
        return 201, {"Id": body["Name"]}

    def inspect_network(self, _query, _body, name):
        return (200, self.networks[name]) if name in self.networks else (404, {"message": "network not found"})

    def connect(self, _query, _body, _name):
        return 200, None

    def inspect_image(self, _query, _body, name):
        return 200, {"Id": IMAGE, "RepoTags": [urllib.parse.unquote(name)], "Config": {}}

    def pull(self, _query, _body):
        self.pulled = True
        return 200, {"status": "Status: Downloaded newer image"}

    def list_volumes(self, _query, _body):
        return 200, {"Volumes": []}

    def nothing(self, _query, _body, *_):
        return 200, []


ROUTES = [
    ("GET", r"/_ping", Engine.ping),
    ("GET", r"/containers/json", Engine.list_containers),
    ("POST", r"/containers/create", Engine.create_container),
    ("POST", r"/containers/([^/]+)/start", Engine.start_container),
    ("GET", r"/containers/([^/]+)/json", Engine.inspect_container),
    ("GET", r"/networks", Engine.list_networks),
    ("POST", r"/networks/create", Engine.create_network),
    ("POST", r"/networks/([^/]+)/connect", Engine.connect),
    ("GET", r"/networks/([^/]+)", Engine.inspect_network),
    ("GET", r"/volumes", Engine.list_volumes),
    ("GET", r"/images/json", Engine.nothing),
    ("GET", r"/images/(.+)/json", Engine.inspect_image),
    ("POST", r"/images/create", Engine.pull),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine = None

    def answer(self, status, what):
        body = b"" if what is None else what.encode() if isinstance(what, str) else json.dumps(what).encode() + b"\n"
        self.send_response(status)
        self.send_header("Api-Version", self.engine.options.api)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refusal(self, version):
        options = self.engine.options
        if version and number(version) < number(options.oldest):
            return (f"client version {version} is too old. Minimum supported API version is {options.oldest}, "
                    "please upgrade your client to a newer version")
        if version and number(version) > number(options.api):
            return f"client version {version} is too new. Maximum supported API version is {options.api}"
        return None

    def handle_request(self):
        size = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(size)
        body = json.loads(raw) if raw and "json" in self.headers.get("Content-Type", "json") else None
        url = urllib.parse.urlsplit(self.path)
        version, path = re.fullmatch(r"(?:/v(1\.\d+))?(/.*)", url.path).groups()
        self.engine.write(method=self.command, version=version, path=path, query=url.query, body=body,
                          auth=self.headers.get("X-Registry-Auth"))
        refusal = self.refusal(version)
        if refusal:
            self.answer(400, {"message": refusal})
            return
        for method, pattern, function in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == self.command:
                self.answer(*function(self.engine, urllib.parse.parse_qs(url.query), body, *match.groups()))
                return
        self.answer(404, {"message": "page not found"})

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = handle_request

    def log_message(self, *_):
        pass

    def address_string(self):
        return "local"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("socket")
    parser.add_argument("record")
    parser.add_argument("--api", default="1.52")
    parser.add_argument("--oldest", default="1.24")
    parser.add_argument("--lose-images", action="store_true")
    options = parser.parse_args()
    Handler.engine = Engine(options)
    Server(options.socket, Handler).serve_forever()


main()
