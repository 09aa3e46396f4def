"""Programs that use their libraries as they should. Called as: healthy.py FUNCTION HOST PORT."""

import asyncio
import concurrent.futures
import sys
import time

HOST, PORT = sys.argv[2], sys.argv[3]
URL = f"http://{HOST}:{PORT}/hello"
SERVER_KEEPS_S = 1


def sqlalchemy_pool():
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"postgresql://tester@{HOST}:{PORT}/postgres")

    def query(_):
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(query, range(40)))
    engine.dispose()


def requests_session():
    """Kept to the end of the program, and over a time in which the server drops it."""
    import requests

    global session
    session = requests.Session()
    for _ in range(5):
        session.get(URL)
    time.sleep(SERVER_KEEPS_S + 2)
    session.get(URL)


def urllib3_downloads():
    import urllib3

    pool = urllib3.PoolManager(maxsize=4, block=True)
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: pool.request("GET", URL).data, range(60)))
    pool.clear()


def aiohttp_session():
    import aiohttp

    async def main():
        async with aiohttp.ClientSession() as client:

            async def get():
                async with client.get(URL) as response:
                    await response.read()

            await asyncio.gather(*[get() for _ in range(30)])
            await asyncio.sleep(SERVER_KEEPS_S + 2)
            await get()

    asyncio.run(main())


globals()[sys.argv[1]]()
