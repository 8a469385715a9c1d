#!/usr/bin/env python3
"""options.py STACKCTL DOCKER-COMPOSE — tells mechanically which commands and options that Docker Compose's own
help shows this program does not take, as a markdown table. An option is given a value of its kind and `--help`
behind it, so that one which is taken without being shown counts, too. Exits 1 when one lacks that
docs/differences.md does not name in its list."""
import os, re, subprocess, sys

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ours, theirs = sys.argv[1], sys.argv[2].split()
VALUES = {"int": "1", "bytes": "1m", "uint": "1", "list": "a=b"}
CHOSEN = {"--pull": "missing", "--policy": "missing", "--progress": "plain", "--ansi": "never", "--format": "json",
          "--rmi": "local", "--signal": "HUP", "--protocol": "tcp", "--scale": "web=1"}


def said(words):
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    return done.returncode, done.stdout + done.stderr


def commands():
    block = re.search(r"^Commands:\n((?:  .*\n)+)", said([*theirs, "--help"])[1], re.M)
    return re.findall(r"^  (\S+) ", block.group(1), re.M)


def options(command):
    """(letter or None, --name, kind or None) of a command's help."""
    found = re.findall(r"^ +(?:(-\w), +)?(--[\w-]+)(?: (\w+))?(?:   |$)", said([*theirs, command, "--help"])[1], re.M)
    return [row for row in found if row[1] != "--help"]


def lacks(command, name, kind):
    words = [ours, command, name]
    if kind:
        words.append(CHOSEN.get(name, VALUES.get(kind, "1")))
    status, text = said([*words, "--help"])
    return status != 0 and ("unknown option" in text or "needs a value" in text or "invalid value" in text)


def named():
    """What the document says is left out, on purpose: `command --option` in backquotes."""
    with open(os.path.join(top, "docs", "differences.md")) as file:
        part = file.read().partition("## What is not taken")[2].partition("\n## ")[0]
    return set(re.findall(r"`([^`]+)`", part))


excused, bad, count = named(), 0, 0
print("| lacks | named in docs/differences.md |\n|---|---|")
for command in commands():
    known = said([ours, command, "--help"])[0] == 0
    gone = [] if known else [command]
    for letter, name, kind in options(command) if known else []:
        count += 1
        gone += [f"{command} {each}" for each in filter(None, (name, letter)) if lacks(command, each, kind)]
    for each in gone:
        bad += each not in excused
        print(f"| `{each}` | {'yes' if each in excused else '**no**'} |")
print(f"\n{count} options of Docker Compose looked at, {bad} unexplained")
sys.exit(bad != 0)
