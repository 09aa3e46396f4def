"""compare.py MODULE BARE RECORDED: the outcomes of one module's tests, bare and under socklife.

Prints one line of counts, and a line for every test that came out differently, after a tab.
"""

import collections
import sys


def outcomes_read(path):
    outcomes = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            outcome, name = line.rstrip("\n").split("\t", 1)
            outcomes[name] = outcome
    return outcomes


def counts_text(outcomes):
    counts = collections.Counter(outcomes.values())
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common()) or "nothing"


def main():
    module, bare, recorded = sys.argv[1], *map(outcomes_read, sys.argv[2:])
    names = sorted(bare.keys() | recorded.keys())
    differing = [name for name in names if bare.get(name) != recorded.get(name)]
    print(f"{module}: {len(names)} tests, {len(differing)} differ; bare: {counts_text(bare)}")
    for name in differing:
        print(f"\t{name}\tbare {bare.get(name)}\tunder socklife {recorded.get(name)}")
    return 1 if differing or not names else 0


if __name__ == "__main__":
    sys.exit(main())
