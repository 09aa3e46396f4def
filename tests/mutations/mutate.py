"""mutate.py DIRECTORY: copies the sources to DIRECTORY, builds them there, and then, for each
mutation in mutations.txt, applies it, builds what it changes, and demands that one of its tests
fails. A text that is not there exactly once, a build that breaks, tests that do not run, or that
fail without any mutation, are errors. Exit status 0 when every mutation was noticed.

Only the sources are copied again next time, so that another run builds little.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["preload", "analyzer", "tests", "examples", "Makefile", "README.md"]
KEYS = ("name", "file", "replace", "by", "build", "tests")
TESTS_DEADLINE_S = 400
SUMMARY = re.compile(r"Tested: (\d+) \| Passing: (\d+) \|")


def die(text):
    sys.exit(f"mutate.py: {text}")


def mutations_read(path):
    """Dicts: name, edits [(file, replace, by)], build [target], tests [(runner, filter)]."""
    mutations = []
    for stanza in re.split(r"\n\s*\n", path.read_text()):
        found = {key: [] for key in KEYS}
        for line in stanza.splitlines():
            key, separator, value = line.partition(": ")
            if line.startswith("#") or not line.strip():
                continue
            if not separator or key not in found:
                die(f"{path.name}: not a line of a stanza: {line}")
            found[key].append(value)
        if not found["name"]:
            continue
        counts = {len(found[key]) for key in ("file", "replace", "by")}
        if not found["tests"] or len(counts) != 1:
            die(f"{path.name}: {found['name'][0]}: something is missing")
        mutations.append({
            "name": found["name"][0],
            "edits": list(zip(found["file"], found["replace"], found["by"])),
            "build": found["build"],
            "tests": [tuple(test.split(" ", 1)) for test in found["tests"]],
        })
    return mutations


def tree_copy(tree):
    """Only what differs is written, so that make sees what has changed."""
    for name in COPIED:
        for source in [SOURCE / name] if (SOURCE / name).is_file() else (SOURCE / name).rglob("*"):
            to = tree / source.relative_to(SOURCE)
            if source.is_dir() or "__pycache__" in source.parts:
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            if not to.exists() or to.read_bytes() != source.read_bytes():
                shutil.copy(source, to)
    for to in [path for name in COPIED for path in (tree / name).rglob("*")]:
        if to.is_file() and not (SOURCE / to.relative_to(tree)).exists():
            to.unlink()


def mutated_texts(tree, edits):
    """What each file of a mutation is to hold; the edits all refer to the text as it is."""
    texts = {}
    for file, old, new in edits:
        text = (tree / file).read_text()
        if text.count(old) != 1:
            die(f"{file} holds {text.count(old)} times: {old}")
        texts.setdefault(file, (text, []))[1].append((text.index(old), old, new))
    for file, (text, places) in texts.items():
        for at, old, new in sorted(places, reverse=True):
            text = text[:at] + new + text[at + len(old):]
        texts[file] = text
    return texts


def tree_build(tree, targets):
    command = ["make", "-s", f"-j{os.cpu_count()}", "BUILD=build", *targets]
    done = subprocess.run(command, cwd=tree, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        die(f"{' '.join(command)} in {tree}: {done.stdout}{done.stderr}")


def tests_run(tree, runner, pattern):
    """The names of the tests that failed; None when they did not end in time."""
    environment = dict(os.environ, SOCKLIFE_BUILD=str(tree / "build"), SOCKLIFE_SOURCE=str(tree))
    environment["PATH"] += ":/usr/sbin:/sbin"
    try:
        done = subprocess.run([tree / "build/tests" / runner, "--color=never", "--filter", pattern],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", timeout=TESTS_DEADLINE_S, check=False)
    except subprocess.TimeoutExpired:
        return None
    output = done.stdout + done.stderr
    summary = SUMMARY.search(output)
    if summary is None:
        return [f"{runner} died"]
    if int(summary[1]) == 0:
        die(f"no test of {runner} is {pattern}")
    failed = re.findall(r"^\[FAIL\] (\S+?):? ", output, re.MULTILINE)
    return failed or ["one of them"] * (int(summary[1]) - int(summary[2]))


def mutation_is_noticed(tree, mutation):
    """The name of the first test that failed, "" when none did."""
    texts = mutated_texts(tree, mutation["edits"])
    originals = {file: (tree / file).read_text() for file in texts}
    try:
        for file, text in texts.items():
            (tree / file).write_text(text)
        tree_build(tree, ["all", *(f"build/{target}" for target in mutation["build"])])
        for runner, pattern in mutation["tests"]:
            failed = tests_run(tree, runner, pattern)
            if failed is None:
                return f"{pattern} did not end"
            if failed:
                return failed[0]
    finally:
        for file, text in originals.items():
            (tree / file).write_text(text)
    return ""


def baseline_check(tree, mutations):
    tree_build(tree, ["test-programs"])
    for runner, pattern in sorted({test for mutation in mutations for test in mutation["tests"]}):
        failed = tests_run(tree, runner, pattern)
        if failed is None or failed:
            die(f"{runner} {pattern} fails without any mutation: {failed}")


def main():
    if len(sys.argv) < 2:
        die("usage: mutate.py DIRECTORY [PART-OF-A-NAME…]")
    tree = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2:] or [""]
    mutations = [mutation for mutation in mutations_read(SOURCE / "tests/mutations/mutations.txt")
                 if any(part in mutation["name"] for part in wanted)]
    tree_copy(tree)
    for mutation in mutations:
        mutated_texts(tree, mutation["edits"])
    baseline_check(tree, mutations)
    noticed = 0
    for mutation in mutations:
        test = mutation_is_noticed(tree, mutation)
        noticed += test != ""
        print(f"{mutation['name']:<60}  {test or 'SURVIVED'}", flush=True)
    print(f"{noticed} of {len(mutations)} mutations noticed")
    sys.exit(0 if noticed == len(mutations) and mutations else 1)


main()
