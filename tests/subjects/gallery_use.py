"""Sick programs and their healed twins: connections that are used badly, or not at all.

Called as: gallery_use.py FUNCTION HOST PORT. The line with the comment "<- NAME" is the one that a
finding on the function NAME_sick has to name.
"""

import http.client
import socket
import sys
import threading
import time

HOST, PORT = sys.argv[2], int(sys.argv[3])
URL = f"http://{HOST}:{PORT}/hello"
DSN = f"host={HOST} port={PORT} user=tester dbname=postgres"
REQUEST = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
LAST_REQUEST = b"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SERVER_KEEPS_S = 2


def receive_response(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)


def receive_all(connection):
    while connection.recv(65536):
        pass


def close_wait_socket_sick():
    with socket.create_connection((HOST, PORT)) as connection:  # <- close_wait_socket
        connection.sendall(REQUEST)
        receive_response(connection)
        time.sleep(SERVER_KEEPS_S + 2)


def close_wait_socket_healed():
    with socket.create_connection((HOST, PORT)) as connection:
        connection.sendall(REQUEST)
        receive_response(connection)
    time.sleep(SERVER_KEEPS_S + 2)


def close_wait_http_sick():
    connection = http.client.HTTPConnection(HOST, PORT)
    connection.request("GET", "/hello")  # <- close_wait_http
    connection.getresponse().read()
    time.sleep(SERVER_KEEPS_S + 2)
    connection.close()


def close_wait_http_healed():
    """What a pool rests on is looked at when it is wanted again."""
    import requests

    with requests.Session() as session:
        session.get(URL)
        time.sleep(SERVER_KEEPS_S + 2)
        session.get(URL)


def stale_sick():
    with socket.create_connection((HOST, PORT)) as connection:  # <- stale
        connection.sendall(LAST_REQUEST)
        receive_all(connection)
        time.sleep(0.2)
        try:
            for _ in range(3):
                connection.sendall(REQUEST)
                time.sleep(0.02)
        except OSError as error:
            print("lost:", error)


def stale_healed():
    for _ in range(2):
        with socket.create_connection((HOST, PORT)) as connection:
            connection.sendall(LAST_REQUEST)
            receive_all(connection)


def stale_unseen_sick():
    """The server has dropped it, and nobody looked before the next request."""
    connection = http.client.HTTPConnection(HOST, PORT)
    connection.request("GET", "/hello")  # <- stale_unseen
    connection.getresponse().read()
    time.sleep(SERVER_KEEPS_S + 1)
    connection.request("GET", "/hello")
    try:
        connection.getresponse().read()
    except http.client.RemoteDisconnected:
        pass
    connection.close()


def stale_unseen_healed():
    """What it sends late is a goodbye that nobody hears."""
    connection = socket.create_connection((HOST, PORT))
    connection.sendall(REQUEST)
    receive_response(connection)
    time.sleep(SERVER_KEEPS_S / 2)
    connection.sendall(LAST_REQUEST)
    connection.close()


def no_reuse_requests_sick():
    import requests

    for _ in range(4):
        requests.get(URL)  # <- no_reuse_requests


def no_reuse_requests_healed():
    import requests

    with requests.Session() as session:
        for _ in range(4):
            session.get(URL)


def no_reuse_httpx_sick():
    import httpx

    for _ in range(3):
        httpx.get(URL)  # <- no_reuse_httpx


def no_reuse_httpx_healed():
    import httpx

    with httpx.Client() as client:
        for _ in range(3):
            client.get(URL)


def query(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def no_reuse_database_sick():
    import psycopg2

    for _ in range(3):
        connection = psycopg2.connect(DSN)  # <- no_reuse_database
        query(connection)
        connection.close()


def no_reuse_database_healed():
    import psycopg2

    connection = psycopg2.connect(DSN)
    for _ in range(3):
        query(connection)
    connection.close()


def no_reuse_socket_sick():
    for _ in range(5):
        with socket.create_connection((HOST, PORT)) as connection:  # <- no_reuse_socket
            connection.sendall(REQUEST)
            receive_response(connection)


def no_reuse_socket_healed():
    with socket.create_connection((HOST, PORT)) as connection:
        for _ in range(5):
            connection.sendall(REQUEST)
            receive_response(connection)


def no_reuse_redis_sick():
    import redis

    for _ in range(3):
        client = redis.Redis(host=HOST, port=PORT)
        client.ping()  # <- no_reuse_redis
        client.connection_pool.disconnect()


def no_reuse_redis_healed():
    import redis

    client = redis.Redis(host=HOST, port=PORT)
    for _ in range(3):
        client.ping()
    client.connection_pool.disconnect()


def run_threads(work):
    start = threading.Barrier(4)
    threads = [threading.Thread(target=work, args=(start,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def get_often(session):
    for _ in range(25):
        session.get(URL)


def threads_sick():
    import requests

    with requests.Session() as session:  # <- threads

        def work(start):
            start.wait()
            get_often(session)

        run_threads(work)


def threads_healed():
    import requests

    def work(start):
        with requests.Session() as session:
            start.wait()
            get_often(session)

    run_threads(work)


def never_connected_sick():
    import requests

    requests.Session().close()  # <- never_connected


def never_connected_healed():
    import requests

    with requests.Session() as session:
        session.get(URL)


def never_connected_redis_sick():
    import redis

    redis.Redis(host=HOST, port=PORT)  # <- never_connected_redis


def never_connected_redis_healed():
    import redis

    client = redis.Redis(host=HOST, port=PORT)
    client.ping()
    client.connection_pool.disconnect()


def never_used_sick():
    socket.create_connection((HOST, PORT)).close()  # <- never_used


def never_used_healed():
    with socket.create_connection((HOST, PORT)) as connection:
        connection.sendall(REQUEST)
        receive_response(connection)


def refused_sick():
    """Nobody listens at a port that is bound, and nobody else can take it."""
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        try:
            socket.create_connection(unused.getsockname())  # <- refused
        except OSError as error:
            print("refused:", error)


def refused_healed():
    with socket.create_connection((HOST, PORT)) as connection:
        connection.sendall(REQUEST)
        receive_response(connection)


def is_connecting(port):
    """Whether a connection to the port is in SYN_SENT (proc_net(5))."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table]
    return any(row[2].endswith(f":{port:04X}") and row[3] == "02" for row in rows)


def accept_late(listener, accepted):
    while not is_connecting(listener.getsockname()[1]):
        time.sleep(0.01)
    accepted.append(listener.accept()[0])


def slow_sick():
    """A listener's full queue drops the SYN; it is sent again after a second."""
    listener = socket.create_server((HOST, 0), backlog=0)
    first = socket.create_connection(listener.getsockname())
    accepted = []
    empty = threading.Thread(target=accept_late, args=[listener, accepted])
    empty.start()
    slow = socket.create_connection(listener.getsockname())  # <- slow
    empty.join()
    for each in (slow, first, *accepted, listener):
        each.close()


def slow_healed():
    listener = socket.create_server((HOST, 0), backlog=5)
    first = socket.create_connection(listener.getsockname())
    second = socket.create_connection(listener.getsockname())
    for each in (first, second, listener):
        each.close()


globals()[sys.argv[1]]()
