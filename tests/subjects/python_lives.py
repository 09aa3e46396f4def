"""Objects that come and go in every way there is, none of which opens a socket but one."""

import copy
import gc
import os
import pickle
import socket
import threading


class Client:
    def __init__(self, name="client"):
        self.name = name

    def make(self):
        return Client("made by another")

    def connect_in_thread(self, address):
        thread = threading.Thread(target=socket.create_connection, args=(address,))
        thread.start()
        thread.join()


class Sub(Client):
    pass


class Slotted(Client):
    __slots__ = ()

    def __init__(self):
        super().__init__("slotted")


def by_refcount():
    Client()
    Sub()
    Slotted()
    type("Dynamic", (Client,), {})()


def by_collector():
    cycle = Client("cycle")
    cycle.itself = cycle
    del cycle
    gc.collect()


def copied():
    original = Client("original")
    copy.copy(original)
    pickle.loads(pickle.dumps(original))


def connected():
    listener = socket.create_server(("127.0.0.1", 0))
    parent = Client("parent")
    parent.make()
    parent.connect_in_thread(listener.getsockname())


def forked(client):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if client.name == "kept" else 1)
    os.waitpid(pid, 0)


by_refcount()
by_collector()
copied()
connected()
kept = Client("kept")
forked(kept)
