#!/usr/bin/env python3
"""canary.py STACKCTL FOLDER PROJECT - plants a value of its own in every place that a secret can come from, runs every
command that could tell it, and looks for all of them in whatever was printed, traced, recorded in a label, or given to
another program as an argument. The containers must have got them all the same."""
import base64
import json
import os
import subprocess
import sys

PLANTED = {
    "inline": "the file's environment", "shell": "the environment of the shell", "dotenv": ".env", "envfile": "an env_file",
    "secretfile": "a secret's file", "secretenv": "a secret's variable", "buildarg": "a build argument", "option": "run -e",
    "execoption": "exec -e", "label": "a label", "login": "config.json", "helper": "a credential helper", "broken": "a line with a mistake",
    "hook": "a hook's environment", "url": "the password of an address", "health": "a health check",
}
ROUND = "0"


def canary(name):
    return f"canary{name}x{ROUND}y"


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def stack():
    return f"""
services:
  web:
    image: busybox:1.36
    init: true
    stop_grace_period: 1s
    command: [sh, -c, 'echo up; exec sleep 600']
    env_file: web.env
    environment:
      DB_PASSWORD: {canary("inline")}
      API_KEY: ${{SHELL_TOKEN:?}}
      SMTP_PASSWORD: ${{DOTENV_PASSWORD}}
      DATABASE_URL: "postgres://user:{canary("url")}@db/app"
    labels: {{ com.example.api-token: "{canary("label")}" }}
    healthcheck: {{ test: [CMD, env, "HEALTH_TOKEN={canary("health")}", "true"], interval: 1s }}
    secrets: [of_file, of_variable]
    post_start:
      - {{ command: ["true"], environment: [HOOK_SECRET={canary("hook")}] }}
  built:
    build: {{ context: ., dockerfile_inline: "FROM busybox:1.36\\nARG NPM_TOKEN\\nRUN true", args: {{ NPM_TOKEN: {canary("buildarg")} }} }}
    command: ["true"]
secrets:
  of_file: {{ file: ./secret.txt }}
  of_variable: {{ environment: SECRET_VARIABLE }}
"""


class Stage:
    def __init__(self, program, folder, project):
        self.program, self.folder, self.project = program, folder, project
        self.wrong, self.told = [], 0
        bin_folder = os.path.join(folder, "bin")
        self.calls = os.path.join(folder, "calls")
        for name, answer in (("docker", "exit 1"), ("ssh", "exit 1"), ("docker-credential-canary", 'cat > /dev/null; echo \'{"Username":"u","Secret":"%s"}\'')):
            text = f'#!/bin/sh\necho "$0 $*" >> "{self.calls}"\n'
            write(os.path.join(bin_folder, name), text + (answer % canary("helper") if "%s" in answer else answer) + "\n", 0o755)
        auth = base64.b64encode(f"u:{canary('login')}".encode()).decode()
        write(os.path.join(folder, "config/config.json"), json.dumps({
            "auths": {"127.0.0.1:9": {"auth": auth}}, "credHelpers": {"127.0.0.1:8": "canary"}}))
        self.env = dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}", DOCKER_CONFIG=os.path.join(folder, "config"))

    def plant(self):
        write(os.path.join(self.folder, "compose.yaml"), stack())
        write(os.path.join(self.folder, "web.env"), f"MAIL_PASSWORD={canary('envfile')}\n")
        write(os.path.join(self.folder, ".env"), f"DOTENV_PASSWORD={canary('dotenv')}\n")
        write(os.path.join(self.folder, "secret.txt"), canary("secretfile"))
        self.env.update(SHELL_TOKEN=canary("shell"), SECRET_VARIABLE=canary("secretenv"))

    def look(self, what, text):
        self.told += 1
        for name, where in PLANTED.items():
            if name == "label" and what.startswith("ps "):
                continue  # who lists labels wants to see them
            at = text.find(f"canary{name}x")
            if at >= 0:
                self.wrong.append(f"{what} shows what came from {where}: {text[max(0, at - 200):at + 40]!r}")

    def run(self, *arguments, file=None):
        files = ["-f", file] if file else []
        done = subprocess.run([self.program, *files, "-p", self.project, *arguments], cwd=self.folder, env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        text = (done.stdout + done.stderr).decode(errors="replace")
        self.look(" ".join(arguments), text)
        return done.returncode, text

    def must(self, *arguments):
        code, text = self.run(*arguments)
        if code:
            self.wrong.append(f"{' '.join(arguments)} ended with {code}: {text}")

    def containers_got_them(self):
        """The test would prove nothing if what it looks for were nowhere."""
        got = subprocess.run([self.program, "-p", self.project, "exec", "-T", "web", "sh", "-c", "env; cat /run/secrets/*"],
                             cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60).stdout
        for name in ("inline", "shell", "dotenv", "envfile", "secretfile", "secretenv", "url"):
            if canary(name) not in got:
                self.wrong.append(f"the container lacks what came from {PLANTED[name]}")

    def labels(self):
        for kind in ("container", "network", "volume"):
            ids = subprocess.run(["/usr/bin/docker", kind, "ls", "-q", *(["-a"] if kind == "container" else []), "--filter",
                                  f"label=com.docker.compose.project={self.project}"], capture_output=True, text=True).stdout.split()
            for one in ids:
                field = "{{json .Config.Labels}}" if kind == "container" else "{{json .Labels}}"
                text = subprocess.run(["/usr/bin/docker", kind, "inspect", "-f", field, one], capture_output=True, text=True).stdout
                own = json.loads(text) or {}
                for known in ("com.example.api-token", "io.stackctl.config"):  # the file's own, and what a look at the container shows as well
                    own.pop(known, None)
                self.look(f"a label of a {kind}", json.dumps(own))


def play(stage):
    global ROUND
    stage.plant()
    stage.must("--verbose", "up", "-d", "--wait", "--build")
    stage.containers_got_them()
    stage.labels()
    ROUND = "1"
    stage.plant()
    for arguments in (["plan"], ["plan", "--json"], ["diff"], ["diff", "--json"], ["up", "--dry-run"], ["lint"], ["lint", "--json"], ["doctor"],
                      ["env", "check"], ["ps"], ["ps", "--format", "json"], ["ls"], ["images"], ["status"], ["graph"], ["events", "--json", "--since", "5m", "--until", "0s"],
                      ["events", "--since", "5m", "--until", "0s"], ["run", "--rm", "-e", f"OPTION_TOKEN={canary('option')}", "--no-deps", "web", "true"],
                      ["--verbose", "exec", "-T", "-e", f"EXEC_TOKEN={canary('execoption')}", "web", "true"]):
        stage.run(*arguments)
    for progress in ("plain", "json", "tty"):
        ROUND = "2" + progress
        stage.plant()
        stage.must("--verbose", "up", "-d", "--build", "--progress", progress)
    mistakes(stage)
    registries(stage)
    stage.run("--verbose", "down", "-v")
    if os.path.exists(stage.calls):
        with open(stage.calls, encoding="utf-8") as file:
            stage.look("the arguments of another program", file.read())


def mistakes(stage):
    """What is quoted of a line that is wrong."""
    for number, line in enumerate((f"DB_PASSWORD: [{canary('broken')}]", f"- DB_PASSWORD={canary('broken')}\n      B: 1", f"DB_PASSWORD: '{canary('broken')}",
                                   f"DB_PASSWORD: \"${{{canary('broken')}\"", f"API_TOKEN: {{ a: {canary('broken')} }}")):
        write(os.path.join(stage.folder, "wrong.yaml"), f"services:\n  a:\n    image: busybox:1.36\n    environment:\n      {line}\n")
        code, _ = stage.run("config", "-q", file="wrong.yaml")
        if code == 0:
            stage.wrong.append(f"mistake {number} is none")
    failing = ("services:\n  a:\n    image: busybox:1.36\n    environment: { DB_PASSWORD: %s }\n    command: [nosuchprogram]\n"
               "    healthcheck: { test: [CMD, x] }\n" % canary("inline"))
    write(os.path.join(stage.folder, "failing.yaml"), failing)
    stage.run("--verbose", "up", "-d", file="failing.yaml")


def registries(stage):
    """Nobody listens there; what is asked for on the way is what counts."""
    for name, port in (("login", 9), ("helper", 8)):
        write(os.path.join(stage.folder, "pull.yaml"), f"services:\n  a: {{ image: '127.0.0.1:{port}/{name}:1' }}\n")
        for command in (["--verbose", "pull"], ["--verbose", "up", "-d"], ["outdated"], ["lock", "--dry-run"]):
            stage.run(*command, file="pull.yaml")


def main(program, folder, project):
    stage = Stage(os.path.abspath(program), folder, project)
    play(stage)
    print(*stage.wrong, sep="\n")
    print(f"{stage.told} outputs, {len(PLANTED)} places: {len(stage.wrong)} wrong")
    return 1 if stage.wrong else 0


sys.exit(main(*sys.argv[1:]))
