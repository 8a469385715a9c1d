#!/usr/bin/env python3
"""login-registry.py USER:PASSWORD — a registry of one image, private:1, that wants a login. Prints the port
it is at on 127.0.0.1 and serves until it is killed."""
import base64, hashlib, http.server, sys

LOGIN = "Basic " + base64.b64encode(sys.argv[1].encode()).decode()
KIND = "application/vnd.oci.image.index.v1+json"
INDEX = ('{"schemaVersion":2,"mediaType":"%s","manifests":[]}' % KIND).encode()


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path in ("/v2/", "/v2/private/manifests/1") or "/manifests/sha256:" in self.path
        logged_in = self.headers.get("Authorization") == LOGIN
        self.send_response(401 if not logged_in else 200 if known else 404)
        if not logged_in:
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
        body = INDEX if logged_in and known else b"{}"
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Docker-Content-Digest", "sha256:" + hashlib.sha256(body).hexdigest())
        self.send_header("Content-Type", KIND)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_port, flush=True)
server.serve_forever()
