"""What does requests.get() leave behind? get.py URL"""

import sys
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

witness.step("before the call")
requests.get(sys.argv[1], timeout=20)
witness.step("after the call")
