"""What recording costs whole programs, and what peers do: bench_programs.py LIBSOCKLIFE.

To be run in build/bench. Each workload runs bare, recorded and bare again in turn, and the medians
of the rounds' ratios are printed with their quartiles; the third run's ratio to the first is the
noise, below which no difference means anything. "least" is the least recorded run by the least bare
one, which a busy machine disturbs less. Ratios are of processor time, which other programs
on the machine disturb less than the clock; of a server, of its own time a request. Writes
programs.txt, programs.svg and peers.svg. ROUNDS=N in the environment takes other than 7 rounds.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

from bench_common import Recorded, bars, ended, machine, quartiles, run

ROUNDS = int(os.environ.get("ROUNDS", "7"))
PEER_ROUNDS = 2
REQUESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench_python.py")
CALLS = "socket+connect+send+recv+read+write+close"
PEERS = {
    "strace": ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=%network,close"],
    "strace --seccomp-bpf": ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=%network,close"],
    "ltrace": ["ltrace", "-f", "-o", "/dev/null", "-e", CALLS],
    "valgrind --track-fds": ["valgrind", "-q", "--tool=none", "--track-fds=yes", "--log-file=/dev/null"],
}


class Server:
    """A program that serves; its first line, if it prints one, says where."""

    def __init__(self, command, where=None, environment=None):
        quiet = {"stdout": subprocess.PIPE, "text": True} if where is None else {"stdout": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **quiet)
        self.where = where or self.process.stdout.readline().strip()

    def end(self):
        self.process.terminate()
        return ended(self.process)


class Workload:
    """peer_share: the part of the count that peers get, where the slowest would take minutes."""

    def __init__(self, name, budget, count, *command, peer_share=1):
        self.name, self.budget, self.count, self.command, self.peer_share = name, budget, count, command, peer_share

    def measure(self, environment, prefix=(), share=1):
        count = str(max(1, self.count // share))
        return run([*prefix, *(word.replace("COUNT", count) for word in self.command)], environment)[1]


class Served:
    """A server is recorded, and what loads it is not: processor time of the server a request."""

    def __init__(self, name, budget, server, load, requests, where):
        self.name, self.budget, self.server, self.load = name, budget, server, load
        self.requests, self.where = requests, where
        self.rates = []

    def measure(self, environment, prefix=(), share=1):
        del share
        served = Server([*prefix, *self.server], self.where, environment)
        wait_for(self.where)
        text = subprocess.run(self.load, check=True, stdout=subprocess.PIPE, text=True).stdout
        count, rate = self.requests(text)
        used = served.end()
        self.rates.append(rate)
        return used / count


def wait_for(port):
    import socket

    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens at port {port}")


def wrk_requests(text):
    return int(re.search(r"(\d+) requests in", text).group(1)), float(re.search(r"Requests/sec: +([\d.]+)", text).group(1))


def redis_requests(count):
    def parse(text):
        rates = [float(value) for value in re.findall(r"([\d.]+) requests per second", text.replace("\r", "\n"))]
        return count, rates[-1]
    return parse


def free_port():
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def nginx_command(port):
    folder = os.path.abspath("nginx")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as conf:
        conf.write(f"daemon off; master_process off; pid {folder}/pid; error_log /dev/null crit;\n"
                   "events { worker_connections 512; }\n"
                   "http { access_log off; keepalive_requests 1000000000;\n"
                   f"client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};\n"
                   f"uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
                   f'server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hello"; }} }} }}\n')
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-p", folder, "-c", f"{folder}/nginx.conf"]


def workloads(tcp, unix, sink, http):
    found = [
        Workload("churn over TCP, 1 thread", "1.05", 6000, "./churn", tcp, "COUNT", "1"),
        Workload("churn over TCP, 4 threads", "1.05", 6000, "./churn", tcp, "COUNT", "4"),
        Workload("churn, a thread for each connection", "1.20", 4000, "./churn", tcp, "COUNT", "each"),
        Workload("churn over UNIX sockets", "1.08", 20000, "./churn", unix, "COUNT", "1"),
        Workload("64-byte ping-pong", "1.01", 40000, "./ping_pong", tcp, "COUNT", peer_share=8),
        Workload("one-way 64-byte sends", "1.03", 150000, "./sends", sink, "COUNT", peer_share=4),
        Workload("1-byte writes to /dev/null", "1.01", 1500000, "./writes", "/dev/null", "COUNT", peer_share=4),
        Workload("requests, a Session: GETs", "1.02", 200, sys.executable, REQUESTS, "gets", http, "COUNT", "session"),
        Workload("requests, without: GETs", "1.05", 200, sys.executable, REQUESTS, "gets", http, "COUNT", "none"),
        Workload("30 starts of /bin/true", "+1.0 ms", 30, "/bin/sh", "-c", starts("/bin/true"), "COUNT"),
        Workload("10 starts of python3 -c pass", "1.03", 10, "/bin/sh", "-c", starts("/usr/bin/python3 -c pass"), "COUNT"),
    ]
    if shutil.which("redis-server") and shutil.which("redis-benchmark"):
        port = free_port()
        server = ["redis-server", "--port", str(port), "--save", "", "--daemonize", "no"]
        load = ["redis-benchmark", "-p", str(port), "-t", "get", "-n", "60000", "-c", "20", "-q"]
        found.append(Served("redis-server, a GET", "1.02", server, load, redis_requests(60000), port))
    if (shutil.which("nginx") or os.path.exists("/usr/sbin/nginx")) and shutil.which("wrk"):
        port = free_port()
        load = ["wrk", "-t1", "-c8", "-d2s", f"http://127.0.0.1:{port}/"]
        found.append(Served("nginx, keep-alive, a request", "1.02", nginx_command(port), load, wrk_requests, port))
        load = [*load, "-H", "Connection: close"]
        found.append(Served("nginx, Connection: close, a request", "1.07", nginx_command(port), load, wrk_requests, port))
    return found


def starts(command):
    """Each as a child of a shell that is not recorded itself would need another one: it is."""
    return f'i=0; while [ $i -lt $0 ]; do {command}; i=$((i+1)); done'


def row(workload, library, say):
    bare, again, recorded_runs = [], [], []
    rates = {"bare": [], "recorded": []}
    workload.measure(None)
    for _ in range(ROUNDS):
        bare.append(workload.measure(None))
        with Recorded(library) as recorded:
            used = workload.measure(recorded.environment)
        recorded_runs.append(used)
        again.append(workload.measure(None))
        if isinstance(workload, Served):
            rates["bare"].append(workload.rates[-3])
            rates["recorded"].append(workload.rates[-2] / workload.rates[-3])
    low, ratio, high = quartiles([used / first for used, first in zip(recorded_runs, bare)])
    noise = quartiles([third / first for third, first in zip(again, bare)])[1]
    least = min(recorded_runs) / min(bare + again)
    unit, scale = ("us", 1e6) if isinstance(workload, Served) else ("ms", 1e3)
    text = (f"{workload.name:<38} {quartiles(bare)[1] * scale:9.1f} {unit} {ratio:7.3f} {low:6.3f} to {high:5.3f} "
            f"{noise:7.3f} {least:7.3f} {workload.budget:>8}")
    if rates["recorded"]:
        text += f"   requests/s {quartiles(rates['recorded'])[1]:.3f}"
    if workload.budget.startswith("+"):
        more = min(recorded_runs) - min(bare + again)
        text += f"   +{more / workload.count * 1e3:.2f} ms each"
    say(text)
    return workload.name, ratio, low, high


def redis_client(library, say):
    """redis-benchmark itself is recorded: processor time of the client."""
    if not shutil.which("redis-server"):
        return []
    port = free_port()
    server = Server(["redis-server", "--port", str(port), "--save", ""], port)
    wait_for(port)
    load = ["redis-benchmark", "-p", str(port), "-t", "get", "-n", "COUNT", "-c", "20", "-q"]
    measured = row(Workload("redis-benchmark, GETs", "1.02", 60000, *load), library, say)
    server.end()
    return [measured]


def peers(found, library, say):
    there = {name: command for name, command in PEERS.items() if shutil.which(command[0])}
    say("")
    say(f"ratio of processor time to the bare program's, the least of {PEER_ROUNDS} runs; "
        "not installed: " + (", ".join(PEERS.keys() - there.keys()) or "none"))
    say(f"{'':<38} {'socklife':>10} " + " ".join(f"{name:>21}" for name in there))
    rows = []
    for workload in (one for one in found if isinstance(one, Workload)):
        bare = min(workload.measure(None, share=workload.peer_share) for _ in range(PEER_ROUNDS))
        with Recorded(library) as recorded:
            ratios = {"socklife": min(workload.measure(recorded.environment, share=workload.peer_share)
                                      for _ in range(PEER_ROUNDS)) / bare}
        for name, command in there.items():
            ratios[name] = min(workload.measure(None, command, workload.peer_share) for _ in range(PEER_ROUNDS)) / bare
        say(f"{workload.name:<38} {ratios['socklife']:10.2f} "
            + " ".join(f"{ratios[name]:21.2f}" for name in there))
        rows += [(f"{workload.name}: {name}", ratio, ratio, ratio) for name, ratio in ratios.items()]
    return rows


def bench(library):
    servers = [Server(["./echo_server", kind]) for kind in ("tcp", "unix", "sink")]
    http = Server([sys.executable, REQUESTS, "serve"])
    with open("programs.txt", "w", encoding="utf-8") as table:
        def say(line):
            print(line, flush=True)
            table.write(line + "\n")

        say(machine())
        say(f"{'processor time of whole programs':<38} {'bare':>12} {'ratio':>7} {'quartiles':>15} {'noise':>7} {'least':>7} {'budget':>8}")
        found = workloads(*(server.where for server in servers), f"http://127.0.0.1:{http.where}/")
        rows = [row(workload, library, say) for workload in found] + redis_client(library, say)
        bars("programs.svg", f"processor time, the bare program is 1 ({machine()})", rows)
        bars("peers.svg", f"processor time, the bare program is 1 ({machine()})", peers(found, library, say))
    for server in (*servers, http):
        server.process.send_signal(signal.SIGKILL)
        ended(server.process)


if __name__ == "__main__":
    bench(sys.argv[1])
