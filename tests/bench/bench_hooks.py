"""What hooks cost, in one process and as sockets grow: bench_hooks.py LIBSOCKLIFE, in build/bench.

Writes the tables to hooks.txt and, as charts, to hooks.svg and growth.svg. BENCH=scale in the
environment adds the long rows: a million sockets, 100,000 open at once, 1,000 processes.
"""

import glob
import json
import os
import resource
import subprocess
import sys

from bench_common import WIDTH, Recorded, bars, machine, svg

COUNTS = [1000, 10000, 100000]
THREADS = [1, 2, 4, 8, 16, 32, 64]
OPEN = [1000, 10000]
PROCESSES = 100
HANDLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "handle.handles")
NUMBERS_MORE = 2000  # as scale.c has it


def run(*command, environment=None):
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def hooks(library, say):
    with Recorded(library, SOCKLIFE_HANDLES=HANDLES) as recorded:
        lines = run("./calls", environment=recorded.environment).splitlines()
    say(f"{'in one process, libc against hook':<46} {'libc ns':>9} {'more ns':>9} {'ratio':>7}   quartiles")
    rows = []
    for line in lines:
        name, *values = line.split("\t")
        bare, more, ratio, low, high = map(float, values)
        say(f"{name:<46} {bare:9.1f} {more:9.1f} {ratio:7.3f}   {low:.3f} to {high:.3f}")
        if bare > 10:  # where there is next to nothing to compare with, the ratio says nothing
            rows.append((name, ratio, low, high))
    return rows


def growth_row(library, say, kind, *arguments):
    count = int(arguments[-1])
    bare = float(run("./scale", *arguments).split()[0])
    with Recorded(library) as recorded:
        ns, kib = run("./scale", *arguments, environment=recorded.environment).split()
        size = recorded.size()
    more = float(ns) - bare
    say(f"{kind:<46} {bare:9.0f} {more:9.0f} {size / count:9.0f} {int(kib):10}")
    return more


def growth(library, say):
    is_long = os.environ.get("BENCH") == "scale"
    say(f"{'as it grows':<46} {'libc ns':>9} {'more ns':>9} {'B each':>9} {'KiB of RAM':>10}")
    curves = {"calls on one socket": [], "objects": [], "sockets in a run": [], "threads": [], "open at once": []}
    for count in COUNTS + [1000000] * is_long:
        more = growth_row(library, say, f"{count} calls on one socket", "calls", str(count))
        curves["calls on one socket"].append((count, more))
        more = growth_row(library, say, f"{count} objects", "objects", str(count))
        curves["objects"].append((count, more))
    for count in COUNTS + [1000000] * is_long:
        more = growth_row(library, say, f"{count} sockets", "1", str(count))
        curves["sockets in a run"].append((count, more))
    for threads in THREADS:
        more = growth_row(library, say, f"50000 sockets in {threads} threads", str(threads), "50000")
        curves["threads"].append((threads, more))
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for count in OPEN + [100000] * is_long:
        if hard_limit != resource.RLIM_INFINITY and count + NUMBERS_MORE > hard_limit:
            more = growth_row(library, say, f"{count} sockets open at once in {-(-count // (hard_limit - NUMBERS_MORE))} "
                              f"processes", "spread", str(count))
        else:
            more = growth_row(library, say, f"{count} sockets open at once", "open", str(count))
        curves["open at once"].append((count, more))
    return curves


def processes(library, say):
    count = 1000 if os.environ.get("BENCH") == "scale" else PROCESSES
    with Recorded(library) as recorded:
        loop = f"i=0; while [ $i -lt {count} ]; do ./scale 1 10 >/dev/null; i=$((i+1)); done"
        run("/bin/sh", "-c", loop, environment=recorded.environment)
        files = len(glob.glob(f"{recorded.trace}/*.trace"))
        say(f"{count} processes of 10 sockets: {files} files, {recorded.size() / files:.0f} B each")


def growth_chart(curves, title):
    parts = []
    for at, (name, points) in enumerate(curves.items()):
        most = max(1.0, *(more for _, more in points))
        top, step = 60 + 180 * at, (WIDTH - 160) / max(1, len(points) - 1)
        places = [(80 + step * i, top + 120 - 100 * max(more, 0) / most) for i, (_, more) in enumerate(points)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<text x="12" y="{top}">{name}: ns more each</text>'
                     f'<polyline points="{line}" fill="none" stroke="#4477aa" stroke-width="2"/>')
        for (x, y), (count, more) in zip(places, points):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/><text x="{x:.1f}" y="{y - 8:.1f}">{more:.0f}</text>'
                         f'<text x="{x:.1f}" y="{top + 140}" fill="#666">{count}</text>')
    svg("growth.svg", 60 + 180 * len(curves), title, parts)


def steady(library, say):
    """10,000 sockets a second: does the last tenth cost what the first did, and is the file's growth even?"""
    seconds = os.environ.get("STEADY", "600" if os.environ.get("BENCH") == "scale" else "10")
    bare = run("./scale", "steady", seconds).split()
    with Recorded(library) as recorded:
        first, last, count, kib = run("./scale", "steady", seconds, environment=recorded.environment).split()
        size = recorded.size()
    say(f"10,000 sockets a second for {seconds} s, ns each: bare {bare[0]} then {bare[1]}, recorded {first} then {last}; "
        f"{int(count)} sockets, {size / int(count):.0f} B each, {kib} KiB of RAM")


def capped(library, say):
    """max_trace: what a full file costs, and that the report says what is missing."""
    count = 200000
    with Recorded(library, SOCKLIFE_OPTIONS="max_trace=1M:quiet=1") as recorded:
        ns = run("./scale", "1", str(count), environment=recorded.environment).split()[0]
        size = recorded.size()
        command = [os.path.join(os.path.dirname(library), "socklife"), "report", recorded.trace, "--format", "json"]
        report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout)
    say(f"{count} sockets with max_trace=1M: {size} B of file, {ns} ns each, {len(report['sockets'])} sockets told, "
        f"{report['coverage']['lost_records']} lost and counted, complete: {report['coverage']['complete']}")


def bench(library):
    with open("hooks.txt", "w", encoding="utf-8") as table:
        def say(line):
            print(line, flush=True)
            table.write(line + "\n")

        say(machine())
        bars("hooks.svg", f"time of a call, libc's own is 1 ({machine()})", hooks(library, say))
        growth_chart(growth(library, say), f"cost of a socket's life as they grow ({machine()})")
        processes(library, say)
        capped(library, say)
        steady(library, say)


if __name__ == "__main__":
    bench(sys.argv[1])
