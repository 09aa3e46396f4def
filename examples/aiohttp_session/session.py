"""Is an aiohttp ClientSession connected? session.py URL"""

import asyncio
import sys
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]


async def get(session):
    async with session.get(url) as answer:
        await answer.read()


async def run():
    async with aiohttp.ClientSession() as closing:
        witness.watch(closing, "closing")
        witness.step("session created")
        await get(closing)
        await get(closing)
        witness.step("session used twice")
    witness.step("session closed")

    unclosed = witness.watch(aiohttp.ClientSession(), "unclosed")
    await get(unclosed)
    witness.step("second session used")
    del unclosed
    witness.step("second session deleted, not closed")


asyncio.run(run())
witness.step("loop closed")
