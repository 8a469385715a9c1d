#!/usr/bin/env python3
"""terminal.py STACKCTL — plays somebody at a terminal with the stack of terminal.sh; ends with 1 and what was on the
screen when something is not as it must be."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 30


class Terminal:
    """A program on a terminal of its own, and what it showed since the last thing that was waited for."""

    def __init__(self, *words, rows=31, columns=93):
        self.words, self.seen = words, b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.read(0, 1)  # the size comes before the program looks
            os.environ["TERM"] = "xterm"
            os.execvp(words[0], words)
        self.before = termios.tcgetattr(self.fd)
        self.resize(rows, columns)
        self.type("\n")

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.fd, text.encode())

    def read(self, until):
        ready, _, _ = select.select([self.fd], [], [], max(0, until - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self.fd, 65536)
        except OSError:  # its end has nobody any more
            return False
        self.seen += piece
        return bool(piece)

    def shows(self, text, patience=PATIENCE):
        until = time.monotonic() + patience
        while text.encode() not in self.seen:
            if not self.read(until):
                return False
        self.seen = self.seen.partition(text.encode())[2]
        return True

    def wait_for(self, text):
        if not self.shows(text):
            self.fail(f"does not show {text!r}")

    def types_until(self, typed, text):
        """For what may be typed again and again until it has an effect."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.type(typed)
            if self.shows(text, 0.5):
                return
        self.fail(f"does not show {text!r} after {typed!r}")

    def ends_with(self, status):
        until = time.monotonic() + PATIENCE
        while self.read(until):
            pass
        mode = termios.tcgetattr(self.fd)
        _, how = os.waitpid(self.pid, 0)
        if os.waitstatus_to_exitcode(how) != status:
            self.fail(f"ended with {os.waitstatus_to_exitcode(how)}, not {status}")
        if mode != self.before:
            self.fail("left the terminal in another mode")
        os.close(self.fd)

    def fail(self, why):
        print(f"'{' '.join(self.words)}' {why}; it showed: {self.seen[-600:].decode(errors='replace')!r}")
        sys.exit(1)


def main():
    stackctl = sys.argv[1]
    signal.alarm(250)

    exec_ = Terminal(stackctl, "exec", "quiet", "sh")
    exec_.types_until("stty size\n", "31 93")
    exec_.resize(22, 77)
    exec_.types_until("stty size\n", "22 77")
    exec_.type("exit 7\n")
    exec_.ends_with(7)

    run = Terminal(stackctl, "run", "--rm", "quiet", "sh", rows=40, columns=120)
    run.types_until("tty; stty size\n", "40 120")
    run.resize(25, 81)
    run.types_until("stty size\n", "25 81")
    run.type("sleep 100000\n")
    run.types_until("\x03", "^C")  # the process's, not ours
    run.types_until("echo $((20 + 3))\n", "\n23")
    run.type("exit 5\n")
    run.ends_with(5)

    for keys, typed in (((), "\x10\x11"), (("--detach-keys", "ctrl-x,q"), "\x18q")):
        attach = Terminal(stackctl, "attach", *keys, "shell", rows=28, columns=101)
        attach.types_until("stty size\n", "28 101")
        attach.resize(29, 102)
        attach.types_until("stty size\n", "29 102")
        attach.type(typed)
        attach.ends_with(0)

    wrong = Terminal(stackctl, "attach", "--detach-keys", "ctrl-ctrl", "shell")
    wrong.wait_for("for --detach-keys")
    wrong.ends_with(2)


main()
