"""What recording costs a Python program: bench_python.py LIBSOCKLIFE, in a folder to write to.

The end-to-end rows are as bench.c's: bare, recorded, bare again, and the medians of the ratios. The
others come from one recorded process, where a tracked and an untracked class take turns.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7
BLOCKS = 15
BIRTHS = 2000
DEPTH = 40
REQUESTS = "200"


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


def run_s(environment, *arguments):
    started_s = time.perf_counter()
    subprocess.run([sys.executable, __file__, *arguments], env=environment, check=True)
    return time.perf_counter() - started_s


def row(name, recorded, *arguments):
    bare_s, ratios, noise = [], [], []
    run_s(os.environ, *arguments)
    for _ in range(ROUNDS):
        bare_s.append(run_s(os.environ, *arguments))
        ratios.append(run_s(recorded, *arguments) / bare_s[-1])
        noise.append(run_s(os.environ, *arguments) / bare_s[-1])
    medians = statistics.median(bare_s) * 1e3, statistics.median(ratios), statistics.median(noise)
    print("{:<32} {:9.2f} {:9.3f} {:9.3f}".format(name, *medians), flush=True)


def bench(library):
    trace = tempfile.mkdtemp(prefix="trace.", dir=".")
    recorded = dict(os.environ, LD_PRELOAD=library, SOCKLIFE_TRACE=trace)
    recorded["SOCKLIFE_TRACK"] = "__main__.Tracked"
    command = [sys.executable, __file__, "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/"
        row(f"requests, a Session: {REQUESTS} GETs", recorded, "gets", url, REQUESTS, "session")
        row(f"requests, without: {REQUESTS} GETs", recorded, "gets", url, REQUESTS, "none")
        server.terminate()
    run_s(recorded, "births")
    shutil.rmtree(trace)


STEPS = {"births": births, "gets": gets, "serve": serve}

if __name__ == "__main__":
    STEPS.get(sys.argv[1], bench)(*(sys.argv[2:] if sys.argv[1] in STEPS else sys.argv[1:]))
