"""Forks while it listens, after so many sockets that the child's trace is far shorter."""

import os
import socket

for _ in range(3000):
    socket.socket().close()
listener = socket.create_server(("127.0.0.1", 0))
pid = os.fork()
if pid == 0:
    os._exit(0)
_, status = os.waitpid(pid, 0)
print(f"child={status}")
