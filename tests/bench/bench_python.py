"""What recording costs a Python program: bench_python.py LIBSOCKLIFE, in a folder to write to.

Measured in one recorded process, where a tracked and an untracked class take turns. Has besides the
program with requests and its server, which bench_programs.py runs.
"""

import statistics
import subprocess
import sys
import time

from bench_common import Recorded

BLOCKS = 15
BIRTHS = 2000
DEPTH = 40


class Tracked:
    def __init__(self):
        self.value = 1


class Untracked:
    def __init__(self):
        self.value = 1


def births_time_ns(cls, depth):
    if depth > 0:
        return births_time_ns(cls, depth - 1)
    started_ns = time.perf_counter_ns()
    for _ in range(BIRTHS):
        cls()
    return (time.perf_counter_ns() - started_ns) / BIRTHS


def births():
    """A birth walks the stack: the deeper one costs DEPTH frames more."""
    costs = {}
    for _ in range(BLOCKS):
        for depth in (0, DEPTH):
            bare_ns = births_time_ns(Untracked, depth)
            costs.setdefault(depth, []).append(births_time_ns(Tracked, depth) - bare_ns)
    shallow, deep = (statistics.median(costs[depth]) for depth in (0, DEPTH))
    print(f"{'a tracked object born and gone':<40} {shallow / 1e3:9.2f} us")
    print(f"{f'a walk over {DEPTH} frames more':<40} {(deep - shallow) / 1e3:9.2f} us")


def gets(url, count, with_session):
    import requests

    session = requests.Session() if with_session == "session" else requests
    for _ in range(int(count)):
        session.get(url)


def serve():
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def bench(library):
    with Recorded(library, SOCKLIFE_TRACK="__main__.Tracked") as recorded:
        subprocess.run([sys.executable, __file__, "births"], env=recorded.environment, check=True)


STEPS = {"births": births, "gets": gets, "serve": serve}

if __name__ == "__main__":
    STEPS.get(sys.argv[1], bench)(*(sys.argv[2:] if sys.argv[1] in STEPS else sys.argv[1:]))
