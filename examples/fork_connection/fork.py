"""Whose is a connection after fork()? fork.py URL, of a PostgreSQL database."""

import os
import sys
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

connection = witness.watch(psycopg2.connect(sys.argv[1]), "connection")
connection.autocommit = True


def backend():
    cursor = connection.cursor()
    cursor.execute("select pg_backend_pid()")
    return cursor.fetchone()[0]


witness.say("parent asks", f"server session {backend()}")
witness.step("before the fork")

child = os.fork()
if child == 0:
    # A mistake: two processes now speak on one connection.
    witness.say("child asks", f"server session {backend()}")
    witness.step("in the child")
    os._exit(0)

os.waitpid(child, 0)
witness.step("the child is gone")
witness.say("parent asks again", f"server session {backend()}")
connection.close()
witness.step("closed")
