"""How many connections has a Session that threads share? threads.py URL"""

import sys
import threading
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
THREADS = 3

session = witness.watch(requests.Session(), "session")
together = threading.Barrier(THREADS)


def download():
    # stream: the answer keeps its connection until it is read.
    answer = session.get(url, stream=True, timeout=20)
    together.wait()
    answer.content


def run_all():
    threads = [threading.Thread(target=download) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


witness.step("created")
run_all()
witness.step("used by three threads at once")
run_all()
witness.step("used by three others")
session.close()
witness.step("closed")
