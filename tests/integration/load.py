#!/usr/bin/env python3
"""load.py SOCKET PROJECT SERVICE PORT - asks a service without end as a proxy does: any of its running instances will
do, and what none answers is tried twice more a moment later. Prints every new answer, and what nobody answered."""
import http.client, json, socket, sys, time, urllib.parse


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def addresses(path, project, service):
    engine = Engine(path)
    labels = [f"com.docker.compose.project={project}", f"com.docker.compose.service={service}"]
    filters = urllib.parse.quote(json.dumps({"label": labels, "status": ["running"]}))
    engine.request("GET", f"/containers/json?filters={filters}")
    listed = json.load(engine.getresponse())
    engine.close()
    found = [n["IPAddress"] for c in listed for n in c["NetworkSettings"]["Networks"].values()]
    return [address for address in found if address]


def ask(address, port):
    try:
        server = http.client.HTTPConnection(address, port, timeout=2)
        server.request("GET", "/version")
        answer = server.getresponse()
        text = answer.read().decode().strip()
        server.close()
        return text if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None


def request(path, project, service, port):
    for _ in range(3):
        for address in addresses(path, project, service):
            text = ask(address, port)
            if text:
                return text
        time.sleep(0.1)
    return None


def main(path, project, service, port):
    last, number = None, 0
    while True:
        number += 1
        text = request(path, project, service, int(port))
        if text != last:
            print(f"version {text}" if text else f"request {number}: nobody answers", flush=True)
        last = text
        if number % 100 == 0:
            print(f"{number} requests", flush=True)
        time.sleep(0.005)


main(*sys.argv[1:])
