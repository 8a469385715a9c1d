#!/usr/bin/env python3
"""schema.py SCHEMA FILE... — validates stack files through the printed JSON Schema with python3-jsonschema,
and says which it refuses, and where. A .case file stands for the stack files in it that `config` is not
expected to refuse. Status 0, 1, or 77 when the validator is not there."""
import json, re, sys

try:
    import jsonschema, yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


class Loader(yaml.SafeLoader):
    """YAML 1.2's core types: yes is a string, 1:30 too, and so is a date."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first) + ([""] if tag == "null" else []))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 0) if node.value[:2] in ("0o", "0x") else int(node.value))


class Undone:
    """What a tag of our own takes away, or has replace what was there."""


def tagged(loader, suffix, node):
    if suffix == "reset":
        return Undone
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_object(yaml.ScalarNode(loader.resolve(yaml.ScalarNode, node.value, (True, False)), node.value))


Loader.add_multi_constructor("!", tagged)


def without_undone(value):
    if isinstance(value, dict):
        return {k: without_undone(v) for k, v in value.items() if v is not Undone}
    return [without_undone(v) for v in value if v is not Undone] if isinstance(value, list) else value


def stack_files(path):
    """(name, text) of what a file holds; of a case only when it is loaded, and by no run refused."""
    text = open(path, encoding="utf-8", errors="surrogateescape").read()
    if not path.endswith(".case"):
        return [(path, text)]
    found, refused = [], False
    for part in re.split(r"^=== ", text, flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        name = title.partition(" ")[2].strip()
        if title.startswith("file ") and re.search(r"\.ya?ml$", name):
            found.append((f"{path}: {name}", body))
        refused |= bool(re.match(r"run .*-> *(15|12|2)\s*$", title))
    return [] if refused else found


schema = json.load(open(sys.argv[1]))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
checker, total, wrong = validator(schema), 0, 0
for path in sys.argv[2:]:
    for name, text in stack_files(path):
        for document in yaml.load_all(text, Loader):
            if document is None:
                continue
            total += 1
            error = jsonschema.exceptions.best_match(checker.iter_errors(without_undone(document)))
            if error:
                wrong += 1
                print(f"{name}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}")
print(f"{total - wrong} of {total} files are valid")
sys.exit(1 if wrong or not total else 0)
