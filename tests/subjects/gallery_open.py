"""Sick programs and their healed twins: sockets that stay open, or close by no one's hand.

Called as: gallery_open.py FUNCTION HOST PORT. The line with the comment "<- NAME" is the one that a
finding on the function NAME_sick has to name.
"""

import asyncio
import gc
import http.client
import socket
import sys
import threading
import time

HOST, PORT = sys.argv[2], int(sys.argv[3])
URL = f"http://{HOST}:{PORT}/hello"
DSN = f"host={HOST} port={PORT} user=tester dbname=postgres"
GROWS_S = 0.06  # between two of a pile: it must grow for longer than it then lies about
kept = []


def exchange(connection):
    connection.sendall(b"PING\r\n")
    connection.recv(100)


def leaked_owner_sick():
    import redis

    connection = redis.Connection(host=HOST, port=PORT)
    connection.connect()  # <- leaked_owner
    connection._sock.detach()


def leaked_owner_healed():
    import redis

    connection = redis.Connection(host=HOST, port=PORT)
    connection.connect()
    connection.disconnect()


def leaked_detached_sick():
    for _ in range(3):
        connection = socket.create_connection((HOST, PORT))  # <- leaked_detached
        exchange(connection)
        connection.detach()


def leaked_detached_healed():
    for _ in range(2):
        with socket.create_connection((HOST, PORT)) as connection:
            exchange(connection)


def growth_http_sick():
    for _ in range(12):
        connection = http.client.HTTPConnection(HOST, PORT)
        connection.request("GET", "/hello")  # <- growth_http
        connection.getresponse().read()
        kept.append(connection)
        time.sleep(GROWS_S)
    close_kept()


def close_kept():
    for connection in kept:
        connection.close()


def growth_http_healed():
    connection = http.client.HTTPConnection(HOST, PORT)
    for _ in range(12):
        connection.request("GET", "/hello")
        connection.getresponse().read()
    connection.close()


def growth_mixed_sick():
    """Every third is forgotten, the others are closed: the number goes up and down, but up."""
    for i in range(36):
        connection = socket.create_connection((HOST, PORT))  # <- growth_mixed
        exchange(connection)
        for other in range(9):
            exchange(connection)
        if i % 3 == 0:
            kept.append(connection)
        else:
            connection.close()
        time.sleep(GROWS_S)
    close_kept()


def growth_mixed_healed():
    for _ in range(36):
        with socket.create_connection((HOST, PORT)) as connection:
            for other in range(10):
                exchange(connection)


def visit(address):
    """Clients that come one after another, each for several exchanges."""
    for _ in range(12):
        with socket.create_connection(address) as connection:
            for other in range(10):
                exchange(connection)


def serve(are_closed):
    with socket.create_server((HOST, 0)) as listener:
        clients = threading.Thread(target=visit, args=[listener.getsockname()])
        clients.start()
        for _ in range(12):
            connection, _address = listener.accept()  # <- growth_accepted
            while request := connection.recv(100):
                connection.sendall(request)
            if are_closed:
                connection.close()
            else:
                kept.append(connection)
        clients.join()
        time.sleep(0.8)
        close_kept()


def growth_accepted_sick():
    serve(are_closed=False)


def growth_accepted_healed():
    serve(are_closed=True)


def query(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def growth_database_sick():
    import psycopg2

    for _ in range(12):
        connection = psycopg2.connect(DSN)  # <- growth_database
        query(connection)
        kept.append(connection)
        time.sleep(GROWS_S)
    close_kept()


def growth_database_healed():
    from psycopg2.pool import ThreadedConnectionPool

    pool = ThreadedConnectionPool(1, 12, DSN)
    for _ in range(12):
        connection = pool.getconn()
        query(connection)
        pool.putconn(connection)
    pool.closeall()


def collected_socket_sick():
    exchange(socket.create_connection((HOST, PORT)))  # <- collected_socket


def collected_socket_healed():
    with socket.create_connection((HOST, PORT)) as connection:
        exchange(connection)


def collected_listener_sick():
    socket.create_server((HOST, 0))  # <- collected_listener


def collected_listener_healed():
    socket.create_server((HOST, 0)).close()


def collected_database_sick():
    import psycopg2

    with psycopg2.connect(DSN) as connection:  # <- collected_database
        query(connection)
    del connection


def collected_database_healed():
    import psycopg2

    with psycopg2.connect(DSN) as connection:
        query(connection)
    connection.close()


def collected_engine_sick():
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"postgresql://tester@{HOST}:{PORT}/postgres")
    with engine.connect() as connection:  # <- collected_engine
        connection.execute(sqlalchemy.text("SELECT 1"))
    del engine, connection
    gc.collect()


def collected_engine_healed():
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"postgresql://tester@{HOST}:{PORT}/postgres")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
    engine.dispose()


def collected_session_sick():
    import requests

    session = requests.Session()
    session.get(URL)  # <- collected_session
    del session
    gc.collect()


def collected_session_healed():
    import requests

    with requests.Session() as session:
        session.get(URL)


def collected_http_sick():
    connection = http.client.HTTPConnection(HOST, PORT)
    connection.request("GET", "/hello")  # <- collected_http
    connection.getresponse().read()
    del connection


def collected_http_healed():
    connection = http.client.HTTPConnection(HOST, PORT)
    connection.request("GET", "/hello")
    connection.getresponse().read()
    connection.close()


def collected_response_sick():
    """A response that nobody reads to its end keeps its connection, and takes it along."""
    import requests

    with requests.Session() as session:
        session.get(f"http://{HOST}:{PORT}/body", stream=True)  # <- collected_response


def collected_response_healed():
    import requests

    with requests.Session() as session:
        with session.get(f"http://{HOST}:{PORT}/body", stream=True) as response:
            response.raw.read(10)


async def aiohttp_get(session):
    async with session.get(URL) as response:  # <- collected_aiohttp
        await response.read()


def collected_aiohttp_sick():
    """Its finalizer asks the event loop to close the connection."""
    import aiohttp

    async def main():
        await aiohttp_get(aiohttp.ClientSession())

    asyncio.run(main())


def collected_aiohttp_healed():
    import aiohttp

    async def main():
        session = aiohttp.ClientSession()
        await aiohttp_get(session)
        await session.close()

    asyncio.run(main())


def outlives_sick():
    import redis

    connection = redis.Connection(host=HOST, port=PORT)
    connection.connect()  # <- outlives
    taken, connection._sock = connection._sock, None
    del connection
    time.sleep(0.4)
    taken.close()


def outlives_healed():
    import redis

    connection = redis.Connection(host=HOST, port=PORT)
    connection.connect()
    time.sleep(0.4)
    connection.disconnect()


def open_session_sick():
    import requests

    kept.append(requests.Session())
    kept[0].get(URL)  # <- open_session


def open_session_healed():
    import requests

    with requests.Session() as session:
        session.get(URL)


def open_listener_sick():
    kept.append(socket.create_server((HOST, 0)))  # <- open_listener


def open_listener_healed():
    with socket.create_server((HOST, 0)):
        pass


globals()[sys.argv[1]]()
