#!/usr/bin/env python3
"""tls-proxy.py SOCKET FOLDER [PORT-FILE]: TLS before an engine's socket, for clients that show a
certificate of FOLDER/ca.pem; the server's own are FOLDER/server.pem and server-key.pem. Listens on a free
port of 127.0.0.1, which it writes into PORT-FILE when it is ready."""
import os
import select
import socket
import ssl
import sys
import threading


PIECE = 65536


def from_client(client):
    """What has come; b"" for an end of TLS's own, None for nothing yet. A connection that is cut raises."""
    try:
        return client.recv(PIECE)
    except ssl.SSLWantReadError:
        return None
    except ssl.SSLZeroReturnError:
        return b""


def to_client(client, piece):
    while piece:
        try:
            piece = piece[client.send(piece):]
        except ssl.SSLWantWriteError:
            select.select([], [client], [])


def relay(client, engine):
    """Both ways in one thread, since a TLS connection is nothing for two."""
    listening = [client, engine]
    while True:
        ready = [client] if client in listening and client.pending() else select.select(listening, [], [])[0]
        if engine in ready:
            piece = engine.recv(PIECE)
            if not piece:
                client.setblocking(True)
                client.unwrap()
                return
            to_client(client, piece)
        if client in ready:
            piece = from_client(client)
            if piece == b"":
                listening.remove(client)
                engine.shutdown(socket.SHUT_WR)
            elif piece:
                engine.sendall(piece)


def refuse(client):
    """Lets the alert arrive, which says why: to close with something unread would take it back."""
    with socket.socket(fileno=client.detach()) as plain:
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(PIECE):
            pass


def serve(plain, context, path):
    client = context.wrap_socket(plain, server_side=True, suppress_ragged_eofs=False, do_handshake_on_connect=False)
    try:
        try:
            client.do_handshake()
        except ssl.SSLError:
            refuse(client)
            return
        with client, socket.socket(socket.AF_UNIX) as engine:
            engine.connect(path)
            client.setblocking(False)
            relay(client, engine)
    except OSError:  # ssl.SSLError is one
        pass


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
