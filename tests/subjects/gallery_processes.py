"""Sick programs and their healed twins: connections in several processes, and closed twice.

Called as: gallery_processes.py FUNCTION HOST PORT. The line with the comment "<- NAME" is the one
that a finding on the function NAME_sick has to name.
"""

import os
import socket
import subprocess
import sys

HOST, PORT = sys.argv[2], int(sys.argv[3])
URL = f"http://{HOST}:{PORT}/hello"
DSN = f"host={HOST} port={PORT} user=tester dbname=postgres"


def in_child(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)


def query(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def fork_database_sick():
    import psycopg2

    connection = psycopg2.connect(DSN)  # <- fork_database
    in_child(lambda: query(connection))
    query(connection)
    connection.close()


def fork_database_healed():
    import psycopg2

    def work():
        own = psycopg2.connect(DSN)
        query(own)
        own.close()

    connection = psycopg2.connect(DSN)
    in_child(work)
    query(connection)
    connection.close()


def fork_engine_sick():
    fork_engine(False)


def fork_engine_healed():
    fork_engine(True)


def fork_engine(has_disposed):
    import sqlalchemy

    def use():
        with engine.connect() as connection:  # <- fork_engine
            connection.execute(sqlalchemy.text("SELECT 1"))

    def work():
        if has_disposed:
            engine.dispose(close=False)
        use()
        if has_disposed:
            engine.dispose()

    engine = sqlalchemy.create_engine(f"postgresql://tester@{HOST}:{PORT}/postgres")
    use()
    in_child(work)
    use()
    engine.dispose()


def fork_session_sick():
    import requests

    with requests.Session() as session:
        session.get(URL)  # <- fork_session
        in_child(lambda: session.get(URL))
        session.get(URL)


def fork_session_healed():
    import requests

    def work():
        with requests.Session() as own:
            own.get(URL)

    with requests.Session() as session:
        session.get(URL)
        in_child(work)
        session.get(URL)


def fork_socket_sick():
    connection = socket.create_connection((HOST, PORT))  # <- fork_socket
    in_child(lambda: exchange(connection))
    exchange(connection)
    connection.close()


def fork_socket_healed():
    """Made by the parent, used by the child alone: handed over."""
    connection = socket.create_connection((HOST, PORT))
    in_child(lambda: exchange(connection))
    connection.close()


def exchange(connection):
    connection.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    connection.recv(65536)


def double_close_sick():
    connection = socket.create_connection((HOST, PORT))
    exchange(connection)
    number = connection.detach()
    os.close(number)
    try:
        os.close(number)  # <- double_close
    except OSError as error:
        print("closed twice:", error)


def double_close_healed():
    """A daemon closes every number that there may be."""
    with socket.create_connection((HOST, PORT)) as connection:
        exchange(connection)
    for number in range(3, 64):
        try:
            os.close(number)
        except OSError:
            pass


def exec_child(has_inheritable):
    with socket.create_connection((HOST, PORT)) as connection:  # <- exec_child
        connection.set_inheritable(has_inheritable)
        exchange(connection)
        subprocess.run([sys.executable, "-c", "import socket; socket.socket().close()"],
                       close_fds=False, check=True)


def exec_child_sick():
    exec_child(True)


def exec_child_healed():
    exec_child(False)


globals()[sys.argv[1]]()
