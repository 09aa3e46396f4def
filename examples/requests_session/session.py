"""Is a requests.Session connected? session.py URL [CERTIFICATE]"""

import sys
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
verify = sys.argv[2] if len(sys.argv) > 2 else True

session = witness.watch(requests.Session(), "session")
witness.step("created")

session.get(url, timeout=20, verify=verify)
witness.step("first use")

session.get(url, timeout=20, verify=verify)
witness.step("second use")

time.sleep(0.3)
witness.step("waited a little")

witness.await_state("CLOSE_WAIT")
witness.step("waited for long")

session.get(url, timeout=20, verify=verify)
witness.step("used again")

del session
witness.step("deleted")
