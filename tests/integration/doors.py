#!/usr/bin/env python3
"""doors.py STACKCTL - bad input by every door but the stack file (hostile.py has that): options, variables, DOCKER_HOST,
the user's configuration, contexts, certificates, and what an engine says about containers that others made. Each run ends
in time, with a status of ours, with an error that names what was wrong or as if it had not been there."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import scripted

LIMIT_S = 60
STACK = "services:\n  web: { image: busybox }\n"
DEEP = "[" * 100000
HUGE = "x" * (9 << 20)
wrong, runs = [], 0


def run(program, what, arguments, folder, says=None, status=None, **env):
    """says: a part of the error, or None: it does not matter how it ends, as long as it ends well for a program."""
    global runs
    runs += 1
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COMPOSE_", "DOCKER_", "STACKCTL_"))}
    clean.update(HOME=folder, XDG_RUNTIME_DIR=folder, STACKCTL_TIMEOUT="2")
    clean.update(env)
    try:
        done = subprocess.run([program, *arguments], cwd=folder, env=clean, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        wrong.append(f"{what}: did not end within {LIMIT_S} s")
        return
    err = done.stderr.decode(errors="replace")
    problem = None
    if done.returncode < 0 or done.returncode > 125 or re.search(r"Sanitizer|runtime error:|assert", err):
        problem = "crashed"
    elif status is not None and done.returncode != status:
        problem = f"must end with {status}"
    elif done.returncode and "error: " not in err:
        problem = "failed without an error"
    elif says and not (done.returncode and says in err):
        problem = f"must fail and say '{says}'"
    elif re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", err):
        problem = "says a raw control character"
    elif len(err) > 20000:
        problem = f"says {len(err)} bytes"
    if problem:
        wrong.append(f"{what}: {problem}; status {done.returncode}\n{err[:600]}")


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def hosts(program, folder):
    for host in ("", "x", "unix://", "unix:", "unix:///no/such", "unix:///" + "y" * 200, "unix://" + folder, "tcp://", "tcp://:0", "tcp://127.0.0.1:99999",
                 "tcp://[::1", "tcp://127.0.0.1:1", "tcp://a b", "http://127.0.0.1:1/x", "npipe:////./pipe/x", "fd://3", "ssh://", "ssh://-oProxyCommand=touch%20pwned",
                 "ssh://a@-oProxyCommand=touch pwned/", "ssh://h:99999999", "tcp://" + "a" * 10000, "unix:///dev/null", "unix:///tmp/\x1b[2J", "tcp://127.0.0.1:1\r\nX: y"):
        run(program, f"DOCKER_HOST={host[:40]!r}", ["ps"], folder, DOCKER_HOST=host)
        run(program, f"-H {host[:40]!r}", ["-H", host, "ps"], folder)
    if os.path.exists(os.path.join(folder, "pwned")):
        wrong.append("an address was run as a command")


def variables(program, folder, host):
    for name, value, says in (("STACKCTL_TIMEOUT", "soon", "STACKCTL_TIMEOUT"), ("STACKCTL_TIMEOUT", "-1", "STACKCTL_TIMEOUT"), ("STACKCTL_TIMEOUT", "9" * 40, "STACKCTL_TIMEOUT"),
                              ("COMPOSE_FILE", "no/such.yaml", "no/such.yaml"), ("COMPOSE_FILE", ":" * 5000, None), ("COMPOSE_FILE", folder, None), ("COMPOSE_FILE", "/dev/zero", None),
                              ("COMPOSE_PROJECT_NAME", "A B/../x", None), ("COMPOSE_PROJECT_NAME", "x" * 5000, None), ("COMPOSE_PROFILES", "," * 10000, None), ("COMPOSE_PROFILES", "\x1b[2J", None),
                              ("COMPOSE_PARALLEL_LIMIT", "many", None), ("COMPOSE_PARALLEL_LIMIT", "9" * 30, None), ("COMPOSE_ANSI", "\x1b[2J", None), ("COMPOSE_PROGRESS", "x" * 10000, None),
                              ("COMPOSE_ENV_FILES", "no/such.env", "no/such.env"), ("COMPOSE_ENV_FILES", "/dev/zero", None), ("COMPOSE_IGNORE_ORPHANS", "\xff", None), ("DOCKER_CONTEXT", "../../x", None),
                              ("DOCKER_CONFIG", "/dev/null", None), ("DOCKER_TLS_VERIFY", "x", None), ("DOCKER_CERT_PATH", "/no/such", None), ("DOCKER_API_VERSION", "garbage", None), ("STACKCTL_TRACE", "x" * 10000, None),
                              ("TERM", "\x1b[2J", None), ("HOME", "", None), ("XDG_RUNTIME_DIR", "/no/such", None), ("TMPDIR", "/no/such", None), ("STACKCTL_FAKE", "/dev/zero", None)):
        for arguments in (["config", "-q"], ["ps"], ["up", "-d", "--dry-run"]):
            run(program, f"{name}={value[:30]!r} {arguments[0]}", arguments, folder, says if arguments[0] != "ps" and name.startswith("COMPOSE") else None, **{"DOCKER_HOST": host, name: value})
    for text in ("A=" + HUGE, "\0", "A='" * 10000, "A=${A}", "=\n" * 1000, "A=\x1b[2J\n${"):
        write(folder, "bad.env", text)
        run(program, f"--env-file {text[:20]!r}", ["--env-file", "bad.env", "config", "-q"], folder)


def options(program, folder, host):
    for arguments in (["--no-such"], ["--parallel", "x", "ps"], ["--parallel", "9" * 30, "ps"], ["logs", "--tail", "9" * 30], ["logs", "--since", "\xff"], ["up", "-d", "-t", "-5"], ["up", "-d", "-t", "1e9"],
                      ["up", "--scale", "web=999999999999"], ["up", "--scale", "web"], ["up", "--wait-timeout", "x"], ["ps", "--format", "{{" * 5000], ["ps", "--format", "{{.No\x1b}}"], ["ps", "--filter", "x"],
                      ["kill", "-s", "SIGNOSUCH"], ["exec", "web"], ["exec", "--index", "x", "web", "x"], ["run"], ["cp", "a", "b"], ["cp", "web:", "/no/such/x/y"], ["port", "web", "99999999"], ["port", "web", "\x1b"],
                      ["-f", "", "ps"], ["-f", "-", "config"], ["-f", folder, "config"], ["--project-directory", "/no/such", "config"], ["wait", "nobody"], ["x" * 10000], [""], ["help", "\x1b[2J"], ["ps", "a" * 10000]):
        run(program, f"options {' '.join(arguments)[:50]!r}", arguments, folder, DOCKER_HOST=host)


def configuration(program, folder):
    """config.json and contexts."""
    host = "unix:///no/such"
    for name, text in (("empty", ""), ("deep", DEEP), ("huge", '{"auths": {"a": "' + HUGE + '"}}'), ("list", "[]"), ("string", '"x"'), ("nul", "\0"), ("auths", '{"auths": 1, "credsStore": [], "credHelpers": "x", "currentContext": 7}'),
                       ("auth", '{"auths": {"127.0.0.1:1": {"auth": "!!!"}}}'), ("noColon", '{"auths": {"127.0.0.1:1": {"auth": "YWJj"}}}'), ("store", '{"credsStore": "../../bin/sh"}'),
                       ("context", '{"currentContext": "no-such\\u001b[2J"}'), ("path", '{"currentContext": "../../../etc"}')):
        write(folder, f"docker-{name}/config.json", text)
        for arguments in (["ps"], ["pull"]):
            run(program, f"config.json {name} {arguments[0]}", arguments, folder, DOCKER_CONFIG=os.path.join(folder, "docker-" + name))
            run(program, f"config.json {name} {arguments[0]} with a host", arguments, folder, DOCKER_CONFIG=os.path.join(folder, "docker-" + name), DOCKER_HOST=host)
    os.makedirs(os.path.join(folder, "docker-folder/config.json"))
    run(program, "config.json is a folder", ["ps"], folder, DOCKER_CONFIG=os.path.join(folder, "docker-folder"), DOCKER_HOST=host)
    os.mkfifo(os.path.join(folder, "docker-auth/fifo"))
    import hashlib
    meta = "docker-contexts/contexts/meta/" + hashlib.sha256(b"bad").hexdigest()
    for text in ("", DEEP, "[]", '{"Endpoints": {"docker": 1}}', '{"Endpoints": {"docker": {"Host": 7}}}', '{"Endpoints": {"docker": {"Host": "unix:///\\u001b[2J"}}}', '{"Endpoints": {}}', HUGE):
        write(folder, meta + "/meta.json", text)
        run(program, f"a context of {text[:40]!r}", ["--context", "bad", "ps"], folder, status=None, DOCKER_CONFIG=os.path.join(folder, "docker-contexts"))


def certificates(program, folder):
    for name, text in (("empty", ""), ("garbage", "\0\x1bgarbage"), ("half", "-----BEGIN CERTIFICATE-----\nMIIB"), ("huge", HUGE)):
        for file in ("ca.pem", "cert.pem", "key.pem"):
            write(folder, f"certs-{name}/{file}", text)
        run(program, f"certificates that are {name}", ["ps"], folder, "error: ", DOCKER_HOST="tcp://127.0.0.1:1", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=os.path.join(folder, "certs-" + name))
    os.makedirs(os.path.join(folder, "certs-folder/ca.pem"))
    run(program, "a certificate that is a folder", ["ps"], folder, "error: ", DOCKER_HOST="tcp://127.0.0.1:1", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=os.path.join(folder, "certs-folder"))


def foreign(program, folder, engine, host):
    """Labels of containers that somebody else made."""
    usual = engine.labels
    prefix = "com.docker.compose."
    changes = [{prefix + "container-number": v} for v in ("", "x", "-1", "0", "9" * 40, 7, None, [], "1\x1b[2J")]
    changes += [{prefix + "service": v} for v in ("", None, 7, [], "w" * 100000, "\x1b[2J", "a/../b")]
    changes += [{prefix + "depends_on": v} for v in ("", ":", ",,,", "web:service_healthy:false", "x" * 100000, "web:nonsense:maybe", ":" * 10000, 7, "a:b:c:d")]
    changes += [{"io.stackctl.config": v} for v in ("", "{", "[]", "7", DEEP, '{"environment": 7}', '{"secrets": {"a": 1}}', '{"secrets": [{"scrypt": "1:' + "f" * 5000 + ':x"}]}', HUGE, "\xff", 7)]
    changes += [{"io.stackctl.own": v} for v in ("", "{", DEEP, '{"ready": 7}', '{"kind": "\\u001b"}', 7)]
    changes += [{prefix + "oneoff": v} for v in ("", "Maybe", 7, None)] + [{prefix + "project.config_files": v} for v in ("," * 100000, 7)]
    changes += [{prefix + "config-hash": v} for v in ("", "x" * 100000, 7)] + [{prefix + "replace": v} for v in ("", "x", 7)] + [{prefix + "image": 7, prefix + "version": []}]
    for change in changes:
        engine.labels = lambda change=change: {k: v for k, v in {**usual(), **change}.items() if v is not None}
        for arguments in (["ps", "-a"], ["plan"], ["status"], ["down", "--dry-run"]):
            run(program, f"labels {str(change)[:60]} {arguments[0]}", ["-p", "doors", *arguments], folder, DOCKER_HOST=host)
    for labels in (None, [], "x", 7, {"a": {}}, {str(i): "x" for i in range(20000)}):
        engine.labels = lambda labels=labels: labels
        for arguments in (["ps", "-a"], ["ls"], ["plan"]):
            run(program, f"labels {str(labels)[:30]} {arguments[0]}", ["-p", "doors", *arguments], folder, DOCKER_HOST=host)


def main(program):
    with tempfile.TemporaryDirectory(prefix="stackctl-doors-") as folder:
        write(folder, "compose.yaml", STACK)
        engine = scripted.Engine(os.path.join(folder, "engine.sock"), "doors")
        host = "unix://" + engine.path
        hosts(program, folder)
        variables(program, folder, host)
        options(program, folder, host)
        configuration(program, folder)
        certificates(program, folder)
        foreign(program, folder, engine, host)
        engine.close()
    print(*wrong, sep="\n")
    print(f"{runs} runs: {len(wrong)} wrong")
    return 1 if wrong else 0


sys.exit(main(os.path.abspath(sys.argv[1])))
