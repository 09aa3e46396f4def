"""What hooks cost, in one process and as sockets grow: bench_hooks.py LIBSOCKLIFE, in build/bench.

Writes the tables to hooks.txt and, as charts, to hooks.svg and growth.svg. BENCH=scale in the
environment adds the long rows: a million sockets, 100,000 open at once, 1,000 processes.
"""

import glob
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile

COUNTS = [1000, 10000, 100000]
THREADS = [1, 2, 4, 8, 16, 32, 64]
OPEN = [1000, 10000]
PROCESSES = 100
HANDLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "handle.handles")
NUMBERS_MORE = 2000  # as scale.c has it
WIDTH, LEFT, ROW = 760, 300, 26


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    cpu = names[0] if names else platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}"


class Recorded:
    """A directory for traces, and how to run a program under the library in it."""

    def __init__(self, library):
        self.library = library

    def __enter__(self):
        self.trace = tempfile.mkdtemp(prefix="trace.", dir=".")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.trace)

    def run(self, *command):
        environment = dict(os.environ, LD_PRELOAD=self.library, SOCKLIFE_TRACE=self.trace,
                           SOCKLIFE_HANDLES=HANDLES)
        return run(*command, environment=environment)

    def size(self):
        return sum(os.path.getsize(path) for path in glob.glob(f"{self.trace}/*.trace"))


def run(*command, environment=None):
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def hooks(library, say):
    with Recorded(library) as recorded:
        lines = recorded.run("./calls").splitlines()
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
        ns, kib = recorded.run("./scale", *arguments).split()
        size = recorded.size()
    more = float(ns) - bare
    say(f"{kind:<46} {bare:9.0f} {more:9.0f} {size / count:9.0f} {int(kib):10}")
    return more


def growth(library, say):
    is_long = os.environ.get("BENCH") == "scale"
    say(f"{'as it grows':<46} {'libc ns':>9} {'more ns':>9} {'B/socket':>9} {'KiB of RAM':>10}")
    curves = {"sockets in a run": [], "threads": [], "open at once": []}
    for count in COUNTS + [1000000] * is_long:
        more = growth_row(library, say, f"{count} sockets", "1", str(count))
        curves["sockets in a run"].append((count, more))
    for threads in THREADS:
        more = growth_row(library, say, f"50000 sockets in {threads} threads", str(threads), "50000")
        curves["threads"].append((threads, more))
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for count in OPEN + [100000] * is_long:
        if hard_limit != resource.RLIM_INFINITY and count + NUMBERS_MORE > hard_limit:
            say(f"{count} sockets open at once: not tried, ulimit -Hn is {hard_limit}")
            continue
        more = growth_row(library, say, f"{count} sockets open at once", "open", str(count))
        curves["open at once"].append((count, more))
    return curves


def processes(library, say):
    count = 1000 if os.environ.get("BENCH") == "scale" else PROCESSES
    with Recorded(library) as recorded:
        loop = f"i=0; while [ $i -lt {count} ]; do ./scale 1 10 >/dev/null; i=$((i+1)); done"
        recorded.run("/bin/sh", "-c", loop)
        files = len(glob.glob(f"{recorded.trace}/*.trace"))
        say(f"{count} processes of 10 sockets: {files} files, {recorded.size() / files:.0f} B each")


def svg(path, height, title, parts):
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                  'font-family="sans-serif" font-size="13">\n'
                  f'<rect width="100%" height="100%" fill="white"/><text x="12" y="20">{title}</text>\n')
        out.write("\n".join(parts) + "\n</svg>\n")


def hooks_chart(rows, title):
    most = max(1.1, max(high for _, _, _, high in rows))
    scale = (WIDTH - LEFT - 80) / (most - 0.9)
    parts = []
    for at, (name, ratio, low, high) in enumerate(rows):
        y = 40 + ROW * at
        x, bare = (LEFT + (value - 0.9) * scale for value in (ratio, 1.0))
        left, right = (LEFT + (max(value, 0.9) - 0.9) * scale for value in (low, high))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{name}</text>'
                     f'<rect x="{min(bare, x):.1f}" y="{y + 3}" width="{abs(x - bare):.1f}" height="14" fill="#4477aa"/>'
                     f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y + 10}" y2="{y + 10}" stroke="black"/>'
                     f'<text x="{right + 6:.1f}" y="{y + 14}">{ratio:.3f}</text>')
    svg("hooks.svg", 50 + ROW * len(rows), title, parts)


def growth_chart(curves, title):
    parts = []
    most = max(1.0, *(more for points in curves.values() for _, more in points))
    for at, (name, points) in enumerate(curves.items()):
        top, step = 60 + 180 * at, (WIDTH - 160) / max(1, len(points) - 1)
        places = [(80 + step * i, top + 120 - 100 * max(more, 0) / most) for i, (_, more) in enumerate(points)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<text x="12" y="{top}">{name}: ns more a socket</text>'
                     f'<polyline points="{line}" fill="none" stroke="#4477aa" stroke-width="2"/>')
        for (x, y), (count, more) in zip(places, points):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/><text x="{x:.1f}" y="{y - 8:.1f}">{more:.0f}</text>'
                         f'<text x="{x:.1f}" y="{top + 140}" fill="#666">{count}</text>')
    svg("growth.svg", 60 + 180 * len(curves), title, parts)


def bench(library):
    with open("hooks.txt", "w", encoding="utf-8") as table:
        def say(line):
            print(line, flush=True)
            table.write(line + "\n")

        say(machine())
        hooks_chart(hooks(library, say), f"time of a call, libc's own is 1 ({machine()})")
        growth_chart(growth(library, say), f"cost of a socket's life as they grow ({machine()})")
        processes(library, say)


if __name__ == "__main__":
    bench(sys.argv[1])
