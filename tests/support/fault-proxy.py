#!/usr/bin/env python3
"""fault-proxy.py SOCKET ENGINE-SOCKET [WAY N|PATTERN] - passes requests on between SOCKET and the engine and breaks
the Nth of them, or those whose "METHOD PATH" has the pattern, in one of these ways:

    refuse     the connection is reset, the engine never hears of it
    cut        the engine does it; half of its answer comes, then a reset
    truncate   the engine does it; half of the body comes, as if that were all
    garbage    the engine does it; the body is noise
    500        the engine never hears of it, the answer is 500
    stall      the engine never hears of it, no answer comes
    lost       the engine does it; a reset comes instead of the answer
    late       the engine does it; its answer comes when what else followed from it has been told

Prints "ready", then a line "N METHOD PATH" for each request."""
import http.client
import io
import re
import select
import socket
import struct
import sys
import threading
import time

LIST = threading.Lock()
NOISE = b'\x00\xff{"Id": [\x1b]0;noise\x07 \xc3\x28' + bytes(range(128, 160))
LATE_S = 1
STREAM_S = 0.5  # what has come of a stream by then is what is broken of it


class Gone(Exception):
    """One of the two has closed its end."""


class Reader:
    """A client's requests, taken apart just enough to tell where each ends."""

    def __init__(self, sock):
        self.sock, self.have = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone
        self.have += data

    def request(self):
        while b"\r\n\r\n" not in self.have:
            self.more()
        size = self.have.index(b"\r\n\r\n") + 4
        head = self.have[:size]
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        size += int(length.group(1)) if length else 0
        while len(self.have) < size:
            self.more()
        request, self.have = self.have[:size], self.have[size:]
        method, path, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ")
        return method, path, request


class Tee(io.RawIOBase):
    """Reads from the engine; what comes is given to each, and a client that leaves ends it."""

    def __init__(self, engine, client, each):
        self.engine, self.client, self.each = engine, client, each

    def readable(self):
        return True

    def readinto(self, buffer):
        while True:
            ready, _, _ = select.select([self.engine, self.client], [], [])
            if self.client in ready and not self.client.recv(1, socket.MSG_PEEK):
                raise Gone
            if self.engine in ready:
                data = self.engine.recv(len(buffer))
                buffer[:len(data)] = data
                self.each(data)
                return len(data)

    def makefile(self, *_):  # what http.client asks of a socket
        return io.BufferedReader(self, 65536)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Gone


def both_ways(engine, client):
    while True:
        ready, _, _ = select.select([engine, client], [], [])
        for source, target in ((engine, client), (client, engine)):
            if source in ready:
                data = source.recv(65536)
                if not data:
                    raise Gone
                target.sendall(data)


def relay(method, engine, client):
    """The whole answer, as it comes."""
    answer = http.client.HTTPResponse(Tee(engine, client, client.sendall), method=method)
    answer.begin()
    if answer.status == 101 or (method == "POST" and "raw-stream" in answer.getheader("content-type", "")):
        both_ways(engine, client)
    while answer.read1(65536):
        pass


def taken(method, engine, client):
    """Status line, headers and body of an answer that is kept from the client; of a stream, what came soon."""
    answer = http.client.HTTPResponse(Tee(engine, client, lambda data: None), method=method)
    answer.begin()
    head = f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders()
                    if name.lower() not in ("transfer-encoding", "content-length"))
    body = b""
    try:
        while answer.status != 101:
            if answer.length is None and not select.select([engine], [], [], STREAM_S)[0]:
                break
            piece = answer.read1(65536)
            if not piece:
                break
            body += piece
    except (OSError, http.client.HTTPException):
        pass
    return head, body


def break_it(way, method, request, engine, client):
    if way == "refuse":
        reset(client)
    if way == "stall":
        while client.recv(65536):
            pass
        raise Gone
    if way == "500":
        body = b'{"message":"injected fault"}'
        client.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return
    engine.sendall(request)
    head, body = taken(method, engine, client)
    if way == "lost":
        reset(client)
    if way == "late":
        time.sleep(LATE_S)
        client.sendall(head.encode("latin-1") + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return
    if way == "cut":
        whole = head.encode("latin-1") + b"Content-Length: %d\r\n\r\n" % len(body) + body
        client.sendall(whole[:max(len(whole) - len(body) // 2 - 1, 20)] if body else whole[:len(whole) // 2])
        reset(client)
    body = body[:len(body) // 2] if way == "truncate" else NOISE
    if head.startswith(("HTTP/1.1 204", "HTTP/1.1 304", "HTTP/1.1 101")) or method == "HEAD":
        client.sendall(NOISE if way == "garbage" else head[:20].encode("latin-1"))
        reset(client)
    client.sendall(head.encode("latin-1") + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    raise Gone


class Proxy:
    def __init__(self, engine_path, way, which):
        self.engine_path, self.way, self.which, self.count = engine_path, way, which, 0

    def breaks(self, method, path):
        with LIST:
            self.count += 1
            print(self.count, method, path, flush=True)
            if self.which.isdigit():
                return self.count == int(self.which)
            return re.search(self.which, f"{method} {path}")

    def serve(self, client):
        engine = socket.socket(socket.AF_UNIX)
        try:
            engine.connect(self.engine_path)
            reader = Reader(client)
            while True:
                method, path, request = reader.request()
                if self.breaks(method, path):
                    break_it(self.way, method, request, engine, client)
                else:
                    engine.sendall(request)
                    relay(method, engine, client)
        except (Gone, OSError, http.client.HTTPException):
            pass
        finally:
            client.close()
            engine.close()


def main(listen_path, engine_path, way="none", which="0"):
    proxy = Proxy(engine_path, way, which)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(listen_path)
    listener.listen(64)
    print("ready", flush=True)
    while True:
        threading.Thread(target=proxy.serve, args=(listener.accept()[0],), daemon=True).start()


main(*sys.argv[1:])
