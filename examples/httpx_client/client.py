"""Is an httpx Client connected? client.py URL"""

import asyncio
import gc
import sys
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
# When the collector runs is part of the story: here it runs when it is told to.
gc.disable()

httpx.get(url)
witness.step("get")

client = witness.watch(httpx.Client(), "client")
witness.step("client created")
client.get(url)
client.get(url)
witness.step("client used twice")
client.close()
witness.step("client closed")

forgotten = witness.watch(httpx.Client(), "forgotten")
forgotten.get(url)
witness.step("second client used")
del forgotten
witness.step("second client deleted, not closed")
time.sleep(0.2)
gc.collect()
witness.step("second client collected")


async def run():
    async with httpx.AsyncClient() as closing:
        witness.watch(closing, "closing")
        witness.step("async client created")
        await closing.get(url)
        await closing.get(url)
        witness.step("async client used twice")
    witness.step("async client closed")

    unclosed = witness.watch(httpx.AsyncClient(), "unclosed")
    await unclosed.get(url)
    witness.step("second async client used")
    del unclosed
    witness.step("second async client deleted, not closed")


asyncio.run(run())
witness.step("loop closed")
time.sleep(0.2)
gc.collect()
witness.step("second async client collected")
