"""Objects constructed in every way there is, each of which connects once, to a listener of its own.

Prints for each what a client library's user would say: "CLASS=at-creation" when the connection was
there as soon as the object was, "CLASS=on-first-use" otherwise.
"""

import abc
import dataclasses
import functools
import socket

listener = socket.create_server(("127.0.0.1", 0), backlog=64)


def connect():
    return socket.create_connection(listener.getsockname())


class Connecting:
    def open(self):
        self.socket = connect()


class InInit(Connecting):
    def __init__(self):
        self.open()


class InNew(Connecting):
    def __new__(cls):
        made = super().__new__(cls)
        made.socket = connect()
        return made


class InMethodFromNew(Connecting):
    def __new__(cls):
        made = super().__new__(cls)
        made.open()
        return made


class AfterNew(Connecting):
    def __new__(cls):
        return super().__new__(cls)


class NewAndInit(Connecting):
    def __new__(cls):
        return super().__new__(cls)

    def __init__(self):
        self.socket = connect()


class InBaseNew(InNew):
    def __new__(cls):
        return super().__new__(cls)

    def __init__(self):
        pass


@dataclasses.dataclass
class ByDataclass(Connecting):
    def __post_init__(self):
        self.socket = connect()


def remade(cls):
    """As dataclass(slots=True) and attrs do: another class of the same name."""
    names = dict(vars(cls))
    names.pop("__dict__", None)
    names.pop("__weakref__", None)
    return type(cls)(cls.__name__, cls.__bases__, names)


class Slotted:
    __slots__ = ("socket",)

    def open(self):
        self.socket = connect()


@remade
class Remade:
    def __init__(self):
        self.socket = connect()


@remade
class RemadeLate(Connecting):
    pass


@remade
class RemadeByMeta(metaclass=abc.ABCMeta):
    def __init__(self):
        self.socket = connect()


class Replaced(Connecting):
    def __init__(self):
        pass


def connecting_init(self):
    self.socket = connect()


Replaced.__init__ = connecting_init


class Wrapped(Connecting):
    @functools.lru_cache(maxsize=1)
    def __init__(self):
        self.socket = connect()


class Partial(Connecting):
    __init__ = functools.partialmethod(Connecting.open)


class Meta(type):
    def __call__(cls):
        return super().__call__()


class ByMeta(metaclass=Meta):
    def __init__(self):
        self.socket = connect()


ByType = type("ByType", (Connecting,), {"__init__": connecting_init})
ByTypeLate = type("ByTypeLate", (Connecting,), {})


class Number(int):
    def open(self):
        self.socket = connect()


class InitFails:
    def __init__(self):
        self.socket = connect()
        raise ValueError


class NewFails:
    def __new__(cls):
        made = super().__new__(cls)
        made.socket = connect()
        raise ValueError


AT_CREATION = (
    InInit,
    InNew,
    InMethodFromNew,
    NewAndInit,
    InBaseNew,
    ByDataclass,
    Remade,
    RemadeByMeta,
    Replaced,
    Wrapped,
    Partial,
    ByMeta,
    ByType,
    InitFails,
    NewFails,
)

kept = []

for cls in AT_CREATION:
    try:
        kept.append(cls())
    except ValueError:
        pass
    print(f"{cls.__name__}=at-creation")

for cls in (AfterNew, Slotted, RemadeLate, ByTypeLate, Number):
    kept.append(cls())
    kept[-1].open()
    print(f"{cls.__name__}=on-first-use")
