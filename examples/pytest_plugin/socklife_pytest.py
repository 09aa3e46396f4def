"""A pytest plugin that fails the test which leaves a connection open.

    socklife run -q -- pytest -p socklife_pytest

It needs nothing but pytest, works in every process of pytest-xdist, and does nothing when pytest
does not run under socklife.
"""

import ctypes
import gc
import json
import os
import shutil
import subprocess

import pytest

BEGIN, END = 1, 2


class Track:
    """The functions of socklife's track.h, which the preloaded library exports."""

    def __init__(self):
        library = ctypes.CDLL(None)
        self._mark = library.socklife_track_mark
        self._mark.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32]
        self._mark.restype = ctypes.c_uint64
        self._open_since = library.socklife_track_open_since
        self._open_since.argtypes = [ctypes.c_uint64]
        self._open_since.restype = ctypes.c_long
        self._directory = library.socklife_track_directory
        self._directory.restype = ctypes.c_char_p

    def begin(self, name):
        return self._mark(BEGIN, name.encode(), 0)

    def end(self, name):
        self._mark(END, name.encode(), 0)

    def open_since(self, begun):
        """How many connections and listening sockets born since then are open."""
        return max(self._open_since(begun), 0) if begun else 0

    def report(self):
        """The report of all processes until now; None when there is no `socklife` to ask."""
        command = os.environ.get("SOCKLIFE_COMMAND") or shutil.which("socklife")
        if command is None or self._directory() is None:
            return None
        arguments = [command, "report", "--format", "json", os.fsdecode(self._directory())]
        unrecorded = {**os.environ, "SOCKLIFE_OPTIONS": "record=0"}
        done = subprocess.run(arguments, env=unrecorded, stdout=subprocess.PIPE, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None


class Plugin:
    def __init__(self, track):
        self.track = track
        self.begun = 0
        self.shared = {}  # by fixture that is meant to outlive the test: its sockets

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.begun = self.track.begin(item.nodeid)
        self.shared.clear()
        yield
        self.track.end(item.nodeid)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope == "function":
            yield
            return
        name = f"{fixturedef.scope} fixture {fixturedef.argname}"
        begun = self.track.begin(name)
        yield
        self.track.end(name)
        self.shared[fixturedef] = self.track.open_since(begun)

    def pytest_fixture_post_finalizer(self, fixturedef):
        self.shared.pop(fixturedef, None)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        if call.when != "teardown" or not report.passed:
            return
        left = self.left()
        if left <= 0:
            return
        gc.collect()
        if self.left() <= 0:
            text = f"{left} closed by the garbage collector alone: nobody called close()"
        else:
            text = f"{self.left()} left open"
        report.outcome = "failed"
        report.longrepr = "\n".join([f"socklife: connections: {text}", *self.lines(item.nodeid)])

    def left(self):
        return self.track.open_since(self.begun) - sum(self.shared.values())

    def lines(self, name):
        report = self.track.report()
        if report is None:
            return
        marks = {
            mark["id"]
            for mark in report["marks"]
            if mark["name"] == name and mark["pid"] == os.getpid()
        }
        for socket in report["sockets"]:
            if socket["mark"] not in marks or socket["origin"] == "socketpair":
                continue
            if socket["closed"] is None or socket["end"] == "finalized":
                yield describe(report, socket)


def describe(report, socket):
    owners = [row["class"] for row in report["objects"] if row["id"] in socket["owners"]]
    frames = [frame for frame in socket["opened_at"] if frame["kind"] == "python"]
    own = next((frame for frame in frames if is_own(frame["file"])), None)
    place = f'{own["file"]}:{own["line"]}: ' if own else ""
    peer = socket["peer_name"] or socket["peer"] or f'listening on {socket["local"]}'
    return f'{place}{socket["id"]} to {peer}, of {", ".join(owners) or "no tracked object"}'


def is_own(file):
    return not any(part in file for part in ("/lib/python", "/dist-packages/", "/site-packages/"))


def pytest_configure(config):
    try:
        track = Track()
    except AttributeError:  # not under socklife
        return
    config.pluginmanager.register(Plugin(track), "socklife")
