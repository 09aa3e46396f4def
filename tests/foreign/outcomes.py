"""Runs one of CPython's test modules and writes the outcome of every test as it comes.

outcomes.py NAME FILE [TIMEOUT_S]: NAME is a module (test.test_socket) or one test of it. A test
that hangs ends this program; started again with the same FILE it calls that test "hung" and goes
on with the next one.
"""

import faulthandler
import fnmatch
import pathlib
import sys
import unittest

from test import support

EXCLUDED = pathlib.Path(__file__).with_name("excluded.txt")


def excluded_patterns():
    lines = EXCLUDED.read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


class Outcomes(unittest.TestResult):
    def __init__(self, path, timeout_s):
        super().__init__()
        self.file = open(path, "a", encoding="utf-8", errors="backslashreplace")
        self.timeout_s = timeout_s
        self.outcome = None

    def write(self, outcome, test):
        self.file.write(f"{outcome}\t{test.id()}\n")
        self.file.flush()

    def startTest(self, test):
        super().startTest(test)
        self.outcome = None
        self.write("started", test)
        faulthandler.dump_traceback_later(self.timeout_s, exit=True)

    def stopTest(self, test):
        super().stopTest(test)
        faulthandler.cancel_dump_traceback_later()
        self.write(self.outcome or "ok", test)
        self.outcome = None

    def settle(self, outcome, test, details):
        """Errors of a class's or module's set-up have no start and no stop."""
        if details:
            print(f"{outcome}: {test.id()}", self._exc_info_to_string(details, test), sep="\n")
        if isinstance(test, unittest.TestCase):
            self.outcome = outcome
        else:
            self.write(outcome, test)

    def addError(self, test, err):
        self.settle("ERROR", test, err)

    def addFailure(self, test, err):
        self.settle("FAIL", test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.settle("FAIL", test, err)

    def addSkip(self, test, reason):
        # A subtest that is skipped says nothing about those that ran.
        if not isinstance(test, unittest.case._SubTest):
            self.settle("skipped", test, None)

    def addExpectedFailure(self, test, err):
        self.settle("expected failure", test, None)

    def addUnexpectedSuccess(self, test):
        self.settle("unexpected success", test, None)


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def outcomes_read(path):
    known = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            outcome, name = line.split("\t", 1)
            known[name] = outcome
    return known


def main():
    name, path = sys.argv[1], pathlib.Path(sys.argv[2])
    timeout_s = float(sys.argv[3]) if len(sys.argv) > 3 else 180
    known = outcomes_read(path)
    patterns = excluded_patterns()
    support.use_resources = []  # regrtest's default: nothing beyond this machine
    loaded = unittest.defaultTestLoader.loadTestsFromName(name)
    result = Outcomes(path, timeout_s)
    suite = unittest.TestSuite()
    for test in tests_of(loaded):
        if known.get(test.id()) == "started":
            result.write("hung", test)
        elif test.id() not in known and not any(
            fnmatch.fnmatchcase(test.id(), pattern) for pattern in patterns
        ):
            suite.addTest(test)
    suite.run(result)


if __name__ == "__main__":
    main()
