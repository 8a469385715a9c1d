#!/usr/bin/env python3
"""run.py — runs the groups of rows.py and writes what came of it: a table (median, spread, ratios) and JSON. A ratio is
the median of the rounds' ratios, for a round's runs follow each other and share what else the machine does."""
import argparse
import fnmatch
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

import engine
import rows

HEAD = ["row", "what", "stackctl", "Docker Compose", "floor", "× Compose", "× floor"]
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def programs():
    found = {"stackctl": os.environ["STACKCTL"]}
    compose = os.environ.get("DOCKER_COMPOSE") or shutil.which("docker-compose")
    if compose:
        found["compose"] = compose
    return found


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def machine(found):
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo") as info:
        memory = int(next(info).split()[1]) // (1024 * 1024)
    of_engine = engine.version()
    return {
        "machine": f"{os.cpu_count()} × {model}, {memory} GiB", "load": os.getloadavg()[0], "kernel": platform.release(),
        "engine": f"Docker Engine {of_engine['Version']}",
        "stackctl": first_line(found["stackctl"], "version"),
        "compose": first_line(found["compose"], "version") if "compose" in found else None,
    }


def figure(values, unit):
    if not values:
        return ""
    middle, spread = statistics.median(values), (max(values) - min(values)) / 2
    digits = 0 if unit == "" else 3 if middle < 1 else 2
    return f"{middle:.{digits}f}" + (f" ± {spread:.{digits}f}" if len(values) > 1 else "") + (f" {unit}" if unit else "")


def ratio(samples, other):
    pairs = [(s["stackctl"], s[other]) for s in samples if s.get(other) and "stackctl" in s]
    return statistics.median(a / b for a, b in pairs) if pairs else None


def line_of(name, samples):
    what, unit = rows.ROWS[name]
    cells = [name, what.format(lines=rows.LINES)]
    cells += [figure([s[c] for s in samples if c in s], unit) for c in ("stackctl", "compose", "floor")]
    return cells + ["" if (r := ratio(samples, other)) is None else f"{r:.2f}" for other in ("compose", "floor")]


def markdown(lines):
    widths = [max(len(line[i]) for line in [HEAD, *lines]) for i in range(len(HEAD))]
    put = lambda cells: "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths)) + " |\n"
    return put(HEAD) + "|" + "|".join("-" * (w + 2) for w in widths) + "|\n" + "".join(map(put, lines))


def asked(args):
    patterns = " ".join(shlex.quote(row) for row in args.row if row != "*")
    return f"--rounds {args.rounds} {patterns}".strip()


def put_into_page(path, about, args, table):
    with open(path) as page:
        text = page.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    words = ", ".join(str(about[key]) for key in ("machine", "engine", "stackctl", "compose") if about[key])
    with open(path, "w") as page:
        page.write(f"{before}{BEGIN}\n{words}; rows picked with `{asked(args)}`; load {about['load']:.1f} at the beginning.\n\n{table}\n{END}{after}")


def measure(bench, wanted):
    """{row: [a dict of contenders each round]}, in the order of ROWS."""
    samples = {}
    for names, group in rows.GROUPS:
        if not any(fnmatch.fnmatch(name, pattern) for name in names for pattern in wanted):
            continue
        print(f"{', '.join(names)} ...", file=sys.stderr, flush=True)
        for took in group(bench):
            for name, figures in took.items():
                samples.setdefault(name, []).append(figures)
    return {name: samples[name] for name in rows.ROWS if name in samples}


def main():
    parser = argparse.ArgumentParser(description="How fast the program is.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", required=True)
    parser.add_argument("--page")
    parser.add_argument("row", nargs="*", default=["*"])
    args = parser.parse_args()
    found = programs()
    about = machine(found)
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench = rows.Bench(found, folder, args.rounds)
            samples = measure(bench, args.row)
    finally:
        engine.clean(rows.PROJECT)
    table = markdown([line_of(name, figures) for name, figures in samples.items()])
    print(table)
    with open(args.json, "w") as out:
        json.dump({**about, "lines": rows.LINES, "samples": samples, "failures": bench.failures,
                   "ratios": {name: {other: ratio(s, other) for other in ("compose", "floor")} for name, s in samples.items()}},
                  out, indent=1)
    if args.page:
        put_into_page(args.page, about, args, table)


main()
