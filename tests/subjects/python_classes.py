"""Prints what a program can find out about its own classes and objects.

Run with these classes tracked and without: both must print the same.
"""

import _imp
import _thread
import builtins
import copy
import dataclasses
import gc
import inspect
import pickle
import sys
import traceback
import weakref

# Set whenever anybody has looked an attribute of the class up (Include/object.h).
VALID_VERSION_TAG = 1 << 19


class Client:
    def __init__(self, a=1, *, b=2):
        self.a = a


class Plain:
    pass


class Slotted:
    __slots__ = ("x",)

    def __init__(self):
        self.x = 1


class Finalized:
    log = []

    def __init__(self):
        self.kept = []

    def __del__(self):
        Finalized.log.append("finalized")


class Meta(type):
    reads = 0

    def __call__(cls, *arguments):
        made = super().__call__(*arguments)
        made.by_metaclass = True
        return made

    def __getattribute__(cls, name):
        if name in ("__module__", "__qualname__", "__init__"):
            Meta.reads += 1
        return super().__getattribute__(name)


class ByMeta(metaclass=Meta):
    def __init__(self):
        pass


class Failing:
    def __init__(self):
        raise ValueError("not made")


@dataclasses.dataclass
class Data:
    a: int = 1


class Revived:
    saved = []

    def __init__(self):
        pass

    def __del__(self):
        Revived.saved.append(self)


TRACKED = (Client, Plain, Slotted, Finalized)


def signatures():
    print(inspect.signature(Client), inspect.signature(Client.__init__))
    print(type(Client.__init__), Client.__init__.__code__.co_name)
    for cls in TRACKED:
        flags = cls.__flags__ & ~VALID_VERSION_TAG
        print(sorted(vars(cls)), flags, cls.__basicsize__, hasattr(cls, "__del__"))
    for function in (builtins.__build_class__, _thread.start_new_thread, _imp.create_dynamic):
        print(function, function.__self__, function.__module__, function.__qualname__)
        print(function.__text_signature__, function.__doc__)


def references():
    for cls in TRACKED:
        gc.collect()
        before = len(gc.get_objects())
        made = [cls() for _ in range(100)]
        print(len(gc.get_objects()) - before, sys.getrefcount(made[0]), sys.getsizeof(made[0]))
        print(gc.is_tracked(made[0]), len(gc.get_referrers(made[0])), sys.getrefcount(cls))
        if cls is not Slotted:
            print(weakref.getweakrefcount(made[0]), weakref.getweakrefcount(cls))
    print(gc.callbacks)


def copies():
    for cls in (*TRACKED, Data):
        print(pickle.dumps(cls()), copy.copy(cls()).__class__, copy.deepcopy(cls()).__class__)
    print(pickle.loads(pickle.dumps(Data(3))), dataclasses.replace(Data(), a=4))
    print(Client.__new__(Client).__dict__, ByMeta().by_metaclass, Meta.reads)


def lifetimes():
    def die(cls, log):
        made = cls()
        log.append(weakref.ref(made, lambda _: log.append("gone")))
        log.append("returns")

    for cls in (Client, Plain, Finalized):
        log = []
        die(cls, log)
        print(cls.__name__, log[1:], log[0]())
    cycle = Client()
    cycle.itself = cycle
    watch = weakref.ref(cycle)
    del cycle
    print(watch() is not None, gc.collect() > 0, watch())
    Revived()
    print(len(Revived.saved), len(Finalized.log))


def failures():
    for call in (Failing, lambda: Client(1, 2, 3), lambda: Client.__new__(int)):
        try:
            call()
        except (TypeError, ValueError):
            print(traceback.format_exc())


def changes():
    class Late(Client):
        pass

    Late.__del__ = lambda self: print("late")
    Late()
    del Late.__del__
    Late()
    made = type("Made", (Client,), {})()
    made.__class__ = Client
    Late.__bases__ = (Finalized,)
    Late()
    print(made, len(Finalized.log))


def observers():
    events = []

    def note(frame, event, argument):
        events.append((event, frame.f_code.co_name))

    sys.setprofile(note)
    Client(), Plain(), Slotted()
    sys.setprofile(None)
    sys.settrace(note)
    Client(), Plain(), Slotted()
    sys.settrace(None)
    print(events)


def often():
    """The specializing interpreter takes other ways in hot loops."""
    print(sum(Client(i).a + len(vars(Plain())) + Slotted().x for i in range(3000)))


for step in (signatures, references, copies, lifetimes, failures, changes, observers, often):
    step()
