#!/usr/bin/env python3
"""hostile.py STACKCTL — files made to fill the memory, to take for ever, or to be misread: each is refused with
its place, or loaded. Each has 10 s of processor time, 512 MiB of address space, and 64 MiB to write to (72 to be refused), so
the program must be built without sanitizers. Says what is not so."""
import os, re, resource, subprocess, sys, tempfile

PROGRAM = os.path.abspath(sys.argv[1])
if not os.path.exists(PROGRAM):
    print(f"skipped: {PROGRAM} is not built")
    sys.exit(77)
S = "services:\n  a:\n    image: x\n"


def lines(n, text):
    return "".join(text.replace("@", str(i)) for i in range(n))


def bomb(levels):
    return "x-0: &a0 [" + "a," * 9 + "a]\n" + "".join(
        f"x-{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, levels)) + S


# kind, the files (compose.yaml first), what is said, or None: it loads
CASES = [
    ("aliases of aliases", [bomb(12)], "too large once its aliases are written out"),
    ("merge keys of merge keys", ["x-0: &a {" + lines(3000, "k@: 1,") + "}\n" + lines(9000, "x-@@: {<<: *a, z: 1}\n") + S],
     "too large once its merge keys are written out"),
    ("100,000 levels", ["x-a: " + "[" * 100000 + "]" * 100000 + "\n" + S], "nested too deeply"),
    ("a file of 100 MB", [S + "#" * (100 << 20)], "larger than 8 MiB"),
    ("a line of 7 MB", [S + "#" * (7 << 20)], None),
    ("a value of 4 MB", [S + 'x-a: "' + "x" * (4 << 20) + '"\n'], None),
    ("a key of 2 MB", [S + "x-" + "k" * (2 << 20) + ": 1\n"], "expected 'key: value' here"),
    ("a million values", ["x-a:\n" + "- a\n" * 1000000 + S], "too many values in the files"),
    ("200,000 documents", ["---\n".join(["x-a: 1\n"] * 200000)], "too many values in the files"),
    ("a million empty lines", ["#\n" * 1000000 + S], None),
    ("one key again and again", ["x-a: 1\n" * 20000 + S], "key 'x-a' is there twice (first at line 1)"),
    ("tabs", ["services:\n\ta:\n\t\timage: x\n"], "a tab is used for indentation"),
    ("a NUL", [b"services:\n  a:\n    image: x\0y\n"], "a NUL character: this is no text file"),
    ("no UTF-8", [b"services:\n  a:\n    image: x\xff\n"], "byte 0xff is not UTF-8"),
    ("ranges of all ports", ["services:\n  a:\n    image: x\n    ports:\n" + '    - "1-65535:1-65535"\n' * 1000], "too many ports: at most 100000"),
    ("ranges that are only told", ["services:\n  a:\n    image: x\n    expose:\n" + lines(5000, '    - "1@-65535"\n')], None),
    ("numbers beyond all types", ["services:\n  a:\n    image: x\n    mem_limit: 99999999999999999999g\n    cpu_shares: 9223372036854775808\n"
                                  "    ports: [\"99999999999:80\", {target: 4294967377}]\n"], "mem_limit"),
    ("defaults in defaults", ['services:\n  a:\n    image: "' + lines(50000, "${A@:-") + "}" * 50000 + '"\n'], "variables are nested too deeply"),
    ("braces that never close", ['services:\n  a:\n    image: "' + "${A" * 100000 + '"\n'], "a variable '${' is not closed by '}'"),
    ("variables of variables", [S, (".env", "A0=x\n" + "".join(f"A{i}=${{A{i - 1}}}${{A{i - 1}}}\n" for i in range(1, 60)))],
     "too large once its variables are put in"),
    ("one variable everywhere", ["x-a:\n" + "- $A\n" * 100000 + S, (".env", "A=" + "x" * 10000 + "\n")], "too large once its variables are put in"),
    ("400,000 variables in .env", [S, (".env", lines(400000, "V@=1\n"))], "too many values in the files"),
    ("400,000 variables in an env file", [S + "    env_file: e\n", ("e", lines(400000, "V@=1\n"))], "too many values in the files"),
    ("a million words", ['services:\n  a:\n    image: x\n    command: "' + "a " * 1000000 + '"\n'], "too many values in the files"),
    ("20,000 services", ["services:\n" + lines(20000, "  a@: {image: x}\n")], "too many services: 20000, at most 10000"),
    ("9,000 services in a row", ["services:\n  b: {image: x}\n" + "".join(f"  a{i}: {{image: x, depends_on: [{'a%d' % (i - 1) if i else 'b'}]}}\n" for i in range(9000))], None),
    ("5,000 services that extend each other", ["services:\n  a0: {image: x}\n" + "".join(f"  a{i}: {{extends: a{i - 1}}}\n" for i in range(1, 5000))], None),
    ("a large base for all", ["services:\n  b:\n    image: x\n    environment: {" + lines(3000, "K@: 1,") + "}\n" + lines(5000, "  a@: {extends: b}\n")],
     "too large once it is merged"),
    ("a file that includes itself", ["include: [compose.yaml]\n" + S], "include cycle: 'compose.yaml' includes itself"),
    ("services that extend each other", ["services:\n  a: {extends: b}\n  b: {extends: a}\n"], "which in turn extends it"),
    ("files that include each other in a row", ["include: [c0.yaml]\n" + S] + [(f"c{i}.yaml", f"include: [c{i + 1}.yaml]\n") for i in range(100)], "too many includes"),
    ("100,000 unknown keys", [S + lines(100000, "    k@: 1\n")], "unknown key 'k0' in service 'a'"),
    ("800 services that all depend on each other", ["services:\n" + "".join(
        f"  a{i}: {{image: x, depends_on: [{', '.join(f'a{k}' for k in range(i))}]}}\n" for i in range(800))], None),
    ("245,000 keys in one mapping", [S + "x-a:\n" + lines(245000, "  k@: 1\n")], None),
    ("500,000 values in two lists", [S + "x-a:\n" + "- a\n" * 249900 + "x-b:\n" + "- a\n" * 249900], None),
    ("a link to itself", [None], "symbolic links"),
]


def limit(most):
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    resource.setrlimit(resource.RLIMIT_DATA, (most << 20, most << 20))


def play(folder, files, most):
    for file in files:
        name, body = file if isinstance(file, tuple) else ("compose.yaml", file)
        path = os.path.join(folder, name)
        if body is None:
            os.symlink(name, path)
            continue
        with open(path, "wb") as out:
            out.write(body if isinstance(body, bytes) else body.encode())
    return subprocess.run([PROGRAM, "-f", "compose.yaml", "config", "-q"], cwd=folder, capture_output=True, timeout=120,
                          stdin=subprocess.DEVNULL, preexec_fn=lambda: limit(most))


wrong = 0
for kind, files, says in CASES:
    with tempfile.TemporaryDirectory(prefix="stackctl-hostile-") as folder:
        done = play(folder, files, 64 if says is None else 72)
    err = done.stderr.decode(errors="replace")
    if says is None:
        fine = done.returncode == 0
    else: # a place, unless it is about the whole file
        fine = done.returncode in (14, 15) and says in err and (done.returncode == 14 or re.search(r"^\S+:\d+:\d+: error: ", err, re.M))
    if not fine:
        wrong += 1
        print(f"{kind}: status {done.returncode}, expected {'0' if says is None else repr(says)}:\n{err[:500]}")
print(f"{len(CASES) - wrong} of {len(CASES)} kinds are as they must be")
sys.exit(1 if wrong else 0)
