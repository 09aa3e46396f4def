"""A client whose methods let tasks connect: its own frames are on no task's stack."""

import asyncio


class Client:
    def __init__(self, port):
        self.port = port

    async def in_task(self):
        await asyncio.create_task(connect(self.port))

    async def in_gathered_tasks(self):
        await asyncio.gather(connect(self.port), connect(self.port))

    async def in_task_of_task(self):
        await asyncio.create_task(through(self.port))


async def through(port):
    await asyncio.create_task(connect(port))


async def connect(port):
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(port)
    await connect(port)
    await asyncio.create_task(connect(port))
    for method in (client.in_task, client.in_gathered_tasks, client.in_task_of_task):
        await method()
    await connect(port)
    server.close()


asyncio.run(main())
