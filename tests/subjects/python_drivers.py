"""One client library a run, used as its manual says: NAME ARGUMENT..."""

import gc
import os
import socket
import sys


def serve(greeting, answers):
    """In a process of its own: says `greeting`, then to each line what `answers` has for it."""
    listener = socket.create_server(("127.0.0.1", 0))
    if os.fork():
        port = listener.getsockname()[1]
        listener.close()
        return port
    while True:
        peer, _ = listener.accept()
        with peer, peer.makefile("rwb", buffering=0) as stream:
            stream.write(greeting)
            for line in stream:
                words = line.split()
                if words[0] == b"END":
                    os._exit(0)
                key = next(word for word in reversed(words) if word in answers)
                stream.write(answers[key].replace(b"TAG", words[0]))


def end(port):
    """Of the serving process; `socket` itself is no tracked class."""
    with socket.create_connection(("127.0.0.1", port)) as last:
        last.recv(1024)
        last.sendall(b"END\r\n")
    os.wait()


def mail():
    import ftplib
    import imaplib
    import smtplib

    smtp_port = serve(b"220 here\r\n", {b"quit": b"221 bye\r\n", b"noop": b"250 ok\r\n"})
    ftp_port = serve(b"220 here\r\n", {b"QUIT": b"221 bye\r\n", b"NOOP": b"200 ok\r\n"})
    capability = b"* CAPABILITY IMAP4REV1\r\nTAG OK done\r\n"
    imap_answers = {b"CAPABILITY": capability, b"LOGOUT": b"* BYE\r\nTAG OK done\r\n"}
    imap_port = serve(b"* OK here\r\n", imap_answers)

    smtp = smtplib.SMTP("127.0.0.1", smtp_port)
    smtp.noop()
    smtp.quit()
    late = smtplib.SMTP()
    late.connect("127.0.0.1", smtp_port)
    late.quit()
    ftp = ftplib.FTP()
    ftp.connect("127.0.0.1", ftp_port)
    ftp.voidcmd("NOOP")
    ftp.quit()
    imap = imaplib.IMAP4("127.0.0.1", imap_port)
    imap.logout()
    for port in (smtp_port, ftp_port, imap_port):
        end(port)


def curl(url):
    import pycurl

    easy = pycurl.Curl()
    easy.setopt(pycurl.URL, url)
    easy.perform_rb()
    easy.perform_rs()
    easy.close()
    written = pycurl.Curl()
    written.setopt(pycurl.URL, url)
    written.setopt(pycurl.WRITEFUNCTION, lambda _: None)
    written.perform()
    del written
    multi = pycurl.CurlMulti()
    handles = [pycurl.Curl(), pycurl.Curl()]
    for handle in handles:
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.WRITEFUNCTION, lambda _: None)
        multi.add_handle(handle)
    running = 1
    while running:
        _, running = multi.perform()
        multi.select(0.1)
    for handle in handles:
        multi.remove_handle(handle)
        handle.close()
    multi.close()


def mongo():
    import pymongo

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    with pymongo.MongoClient("127.0.0.1", port, serverSelectionTimeoutMS=200) as client:
        try:
            client.admin.command("ping")
        except pymongo.errors.ServerSelectionTimeoutError:
            print("error=timeout")


def ssh(port):
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    try:
        client.connect(
            "127.0.0.1", int(port), "nobody", "none", allow_agent=False, look_for_keys=False
        )
    except paramiko.AuthenticationException:
        print("said=no")
    client.close()


def postgres(port):
    import asyncio

    import asyncpg

    async def use():
        where = {"host": "127.0.0.1", "port": int(port), "user": "tester", "database": "postgres"}
        connection = await asyncpg.connect(**where)
        print("one=" + str(await connection.fetchval("select 1")))
        await connection.close()
        async with asyncpg.create_pool(**where, min_size=2, max_size=2) as pool:
            print("two=" + str(await pool.fetchval("select 2")))

    asyncio.run(use())


def psycopg(port):
    import asyncio

    import psycopg

    where = {"host": "127.0.0.1", "port": int(port), "user": "tester", "dbname": "postgres"}
    with psycopg.connect(**where) as connection:
        print("one=" + str(connection.execute("select 1").fetchone()[0]))

    async def use():
        connection = await psycopg.AsyncConnection.connect(**where)
        cursor = await connection.execute("select 2")
        print("two=" + str((await cursor.fetchone())[0]))
        await connection.close()

    asyncio.run(use())


def alchemy(port):
    import asyncio

    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def use():
        engine = create_async_engine(f"postgresql+asyncpg://tester@127.0.0.1:{port}/postgres")
        create_async_engine(f"postgresql+asyncpg://tester@127.0.0.1:{port}/postgres")
        async with AsyncSession(engine) as session:
            print("one=" + str((await session.execute(text("select 1"))).scalar()))
        async with AsyncSession(engine) as session:
            print("two=" + str((await session.execute(text("select 2"))).scalar()))
        await engine.dispose()

    asyncio.run(use())


globals()[sys.argv[1]](*sys.argv[2:])
gc.collect()
