"""Which of my handles does the server see? handles.py URL, of a PostgreSQL database."""

import sys
import time
from pathlib import Path

import psycopg
import psycopg2
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]


def connect(name):
    return witness.watch(psycopg2.connect(url, application_name=name), name)


plain = connect("plain")
newer = witness.watch(psycopg.connect(url, application_name="newer"), "newer")

closed = connect("closed")
closed.close()

lost = connect("lost")
del lost

connect("dropped")

engine = create_engine(url, connect_args={"application_name": "engine"})
witness.watch(engine, "engine")
unused = witness.watch(Session(engine), "unused")

busy = witness.watch(Session(engine), "busy")
busy.execute(text("select 1"))
returned = witness.watch(Session(engine), "returned")
returned.execute(text("select 1"))
returned.close()

monitor = connect("monitor")
monitor.autocommit = True
cursor = monitor.cursor()
query = """select client_port, application_name, state from pg_stat_activity
           where backend_type = 'client backend' and usename = current_user order by 1"""


def server_sessions():
    cursor.execute(query)
    return cursor.fetchall()


# The server needs a moment to notice that a client has gone.
while {"closed", "lost", "dropped"} & {row[1] for row in server_sessions()}:
    time.sleep(0.01)

rows = server_sessions()
witness.step("asked")
for port, name, state in rows:
    witness.say(f"server session {port}", f"{name} {state}")
