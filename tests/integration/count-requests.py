#!/usr/bin/env python3
"""count-requests.py SOCKET ENGINE-SOCKET FILE - passes everything on between SOCKET and the engine, and
appends "METHOD PATH" to FILE for each request."""
import re
import socket
import sys
import threading

REQUEST = re.compile(rb"(?:^|\n|\})((?:GET|HEAD|POST|PUT|DELETE) /[^ \r\n]*) HTTP/1\.1\r\n")


def pump(source, target, note):
    try:
        while data := source.recv(65536):
            note(data)
            target.sendall(data)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, engine_path, path):
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(engine_path)

    def note(data):
        with open(path, "ab", buffering=0) as file:
            for request in REQUEST.findall(data):
                file.write(request + b"\n")

    for source, target, see in ((client, engine, note), (engine, client, lambda data: None)):
        threading.Thread(target=pump, args=(source, target, see), daemon=True).start()


def main(listen_path, engine_path, path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(listen_path)
    listener.listen(64)
    while True:
        serve(listener.accept()[0], engine_path, path)


main(*sys.argv[1:])
