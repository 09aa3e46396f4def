"""What finalizers do to sockets, and to whom it is not to be put down: URL of any HTTP server.

Prints "NAME=LOCAL>END" of each connection: its own address, and how it ends.
"""

import gc
import socket
import sys
import urllib.parse
import weakref

address = urllib.parse.urlsplit(sys.argv[1])


class Client:
    """Opens nothing, and happens to be at work when the collector is."""

    def __init__(self):
        self.answer = None

    def collect(self):
        gc.collect()


class Peer:
    """Says goodbye when it goes."""

    def __init__(self):
        self.itself = self
        self.socket = connect()

    def __del__(self):
        Client()
        self.socket.sendall(b"\n")
        self.socket.close()


class Revived(Client):
    """Lives on when it should go, and is let go again without a word."""

    kept = []

    def __init__(self):
        self.socket = connect()

    def __del__(self):
        self.kept.append(self)


class Holder:
    """Has a finalizer that is no method of its own."""


def connect():
    return socket.create_connection((address.hostname, address.port))


def tell(name, connection, end):
    print(f"{name}={':'.join(map(str, connection.getsockname()))}>{end}")


def file_dropped_last():
    """Closing the socket waits for its file: whoever drops that ends it, as pymysql does."""
    connection = connect()
    tell("waited", connection, "closed")
    stream = connection.makefile("rb")
    connection.close()
    del stream


def file_dropped_first():
    connection = connect()
    tell("forgotten", connection, "finalized")
    stream = connection.makefile("rb")
    del stream, connection


def collected_at_work():
    client = Client()
    tell("bystander", Peer().socket, "finalized")
    client.collect()


def revived_by_count():
    client = Revived()
    tell("revived", client.socket, "closed")
    del client
    client = Revived.kept.pop()
    client.socket.sendall(b"\n")
    client.socket.close()


def revived_in_a_cycle():
    client = Revived()
    client.itself = client
    tell("collected", client.socket, "finalized")
    del client
    gc.collect()
    Revived.kept.pop().itself = None


def closed_by_a_weak_reference():
    """As urllib3's pools have it since 2.0."""
    holder = Holder()
    connection = connect()
    tell("referenced", connection, "finalized")
    weakref.finalize(holder, connection.close)
    del holder


def closed_by_a_call_of_it():
    holder = Holder()
    connection = connect()
    tell("asked", connection, "closed")
    weakref.finalize(holder, connection.close)()


def closed_at_exit():
    global holder
    holder = Holder()
    connection = connect()
    tell("at_exit", connection, "finalized")
    weakref.finalize(holder, connection.close)


for step in (
    file_dropped_last,
    file_dropped_first,
    collected_at_work,
    revived_by_count,
    revived_in_a_cycle,
    closed_by_a_weak_reference,
    closed_by_a_call_of_it,
    closed_at_exit,
):
    step()
