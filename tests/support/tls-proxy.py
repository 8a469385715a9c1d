#!/usr/bin/env python3
"""tls-proxy.py SOCKET FOLDER [PORT-FILE]: TLS before an engine's socket, for clients that show a
certificate of FOLDER/ca.pem; the server's own are FOLDER/server.pem and server-key.pem. Listens on a free
port of 127.0.0.1, which it writes into PORT-FILE when it is ready."""
import os
import socket
import ssl
import sys
import threading


def pump(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(plain, context, path):
    try:
        client = context.wrap_socket(plain, server_side=True)
    except (OSError, ssl.SSLError):
        plain.close()
        return
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(path)
    back = threading.Thread(target=pump, args=(engine, client), daemon=True)
    back.start()
    pump(client, engine)
    back.join()


def main():
    path, folder, port_file = sys.argv[1:4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server-key.pem")
    context.load_verify_locations(f"{folder}/ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    with open(port_file + ".new", "w") as f:
        f.write(str(listener.getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    while True:
        plain, _ = listener.accept()
        threading.Thread(target=serve, args=(plain, context, path), daemon=True).start()


main()
