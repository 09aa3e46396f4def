"""What the kernel and the interpreter say of a program, beside what socklife says of it.

The stories print it, a line each, so that everybody can compare (and the tests do):

    made NAME=TIME CLASS            an object that is watched from here on
    gone NAME=TIME refcount|gc      it was finalized, and by whom
    STEP=TIME pid N, N unix, LOCAL>PEER STATE, ...
                                    this process' UNIX sockets and TCP connections, by /proc

TIME is the wall clock's, in seconds.
"""

import gc
import os
import socket
import struct
import time
import weakref

# As the kernel writes them, include/net/tcp_states.h: those of a socket that a program can hold.
STATES = {
    "01": "ESTABLISHED",
    "02": "SYN_SENT",
    "04": "FIN_WAIT1",
    "05": "FIN_WAIT2",
    "08": "CLOSE_WAIT",
}

# How long reading it all may take to be of one moment.
AT_ONCE_S = 0.01

_collecting = False


def _on_collection(phase, _):
    global _collecting
    _collecting = phase == "start"


gc.callbacks.append(_on_collection)


def say(name, text=""):
    """Prints NAME=TIME TEXT."""
    print(f"{name}={time.time():.6f} {text}".rstrip(), flush=True)


def watch(thing, name):
    """Says now that the object was made, and says it again when it is gone."""
    say(f"made {name}", f"{type(thing).__module__}.{type(thing).__qualname__}")

    def gone():
        say(f"gone {name}", "gc" if _collecting else "refcount")

    at_end = weakref.finalize(thing, gone)
    # What is alive when the interpreter ends has no end that the program could see.
    at_end.atexit = False
    return thing


def _address(text):
    host, port = text.split(":")
    words = [int(host[at : at + 8], 16) for at in range(0, len(host), 8)]
    # The kernel prints each word of the address as a number of its own byte order.
    packed = struct.pack(f"={len(words)}I", *words)
    if len(words) == 1:
        return f"{socket.inet_ntop(socket.AF_INET, packed)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]:{int(port, 16)}"


def _inodes():
    """The inodes of the sockets that this process holds now."""
    for fd in os.listdir("/proc/self/fd"):
        try:
            name = os.readlink(f"/proc/self/fd/{fd}")
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
        if name.startswith("socket:["):
            yield name[len("socket:[") : -1]


def _lines(table):
    with open(f"/proc/self/net/{table}", encoding="ascii") as file:
        next(file)
        for line in file:
            yield line.split()


def connections():
    """This process' TCP connections: pairs of "LOCAL>PEER" and the state."""
    mine = set(_inodes())
    # The kernel hands the table out in pieces: while it changes, a line may come twice.
    found = {}
    for table in ("tcp", "tcp6"):
        for fields in _lines(table):
            if fields[9] in mine and fields[3] in STATES:
                name = f"{_address(fields[1])}>{_address(fields[2])}"
                found[name] = STATES[fields[3]]
    return sorted(found.items())


def unix_sockets():
    """How many UNIX sockets this process holds."""
    mine = set(_inodes())
    return len(mine & {fields[6] for fields in _lines("unix")})


def step(name):
    """Says which sockets this process has at this step of its story."""
    # A server may close meanwhile: on a busy machine it is read again until it was read at once.
    for _ in range(100):
        started = time.monotonic()
        parts = [f"pid {os.getpid()}", f"{unix_sockets()} unix"]
        parts += [" ".join(pair) for pair in connections()]
        if time.monotonic() - started < AT_ONCE_S:
            break
    say(name, ", ".join(parts))


def await_state(state, count=1):
    """Waits until the server has brought `count` connections of this process to the state."""
    deadline = time.monotonic() + 30
    while sum(pair[1] == state for pair in connections()) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {count} connections in {state}: {connections()}")
        time.sleep(0.02)
