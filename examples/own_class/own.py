"""Is my own client connected? own.py HOST PORT, of a Redis server."""

import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402


class Ledger:
    """Connects when it is first asked."""

    def __init__(self, host, port):
        self.address = (host, port)
        self.socket = None

    def ping(self):
        if self.socket is None:
            self.socket = socket.create_connection(self.address)
        self.socket.sendall(b"PING\r\n")
        return self.socket.recv(100)


class Journal(Ledger):
    """Connects when it is made."""

    def __init__(self, host, port):
        super().__init__(host, port)
        self.ping()


where = sys.argv[1], int(sys.argv[2])

ledger = witness.watch(Ledger(*where), "ledger")
witness.step("ledger created")
ledger.ping()
witness.step("ledger used")

journal = witness.watch(Journal(*where), "journal")
witness.step("journal created")
del journal
witness.step("journal deleted")
