"""What the benchmarks share: the machine's name, programs run bare or recorded, charts of bars."""

import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

WIDTH, LEFT, ROW = 860, 360, 24


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    cpu = names[0] if names else platform.machine()
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}"


class Recorded:
    """A directory for traces, and the environment that records into it."""

    def __init__(self, library, **more):
        self.trace = tempfile.mkdtemp(prefix="trace.", dir=".")
        self.environment = dict(os.environ, LD_PRELOAD=library, SOCKLIFE_TRACE=self.trace, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.trace)

    def size(self):
        return sum(entry.stat().st_size for entry in os.scandir(self.trace))


def ended(process):
    """Waits for it: seconds of processor time, of it and of all that it waited for."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def run(command, environment=None):
    """Seconds by the clock, and of processor time."""
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        used = ended(process)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - started, used


def quartiles(values):
    values = sorted(values)
    return values[len(values) // 4], statistics.median(values), values[-1 - len(values) // 4]


def svg(path, height, title, parts):
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                  'font-family="sans-serif" font-size="13">\n'
                  f'<rect width="100%" height="100%" fill="white"/><text x="12" y="20">{title}</text>\n')
        out.write("\n".join(parts) + "\n</svg>\n")


def bars(path, title, rows):
    """A bar a row of (name, ratio, low, high), from 1.0 on, with its quartiles."""
    most = max([1.1] + [high for _, _, _, high in rows])
    scale = (WIDTH - LEFT - 80) / (most - 0.8)
    parts = []
    for at, (name, ratio, low, high) in enumerate(rows):
        y = 40 + ROW * at
        x, bare, left, right = (LEFT + (max(value, 0.8) - 0.8) * scale for value in (ratio, 1.0, low, high))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{name}</text>'
                     f'<rect x="{min(bare, x):.1f}" y="{y + 3}" width="{abs(x - bare):.1f}" height="14" fill="#4477aa"/>'
                     f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y + 10}" y2="{y + 10}" stroke="black"/>'
                     f'<text x="{right + 6:.1f}" y="{y + 14}">{ratio:.3f}</text>')
    svg(path, 50 + ROW * len(rows), title, parts)
