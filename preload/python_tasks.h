/*
 * asyncio's tasks: an object's method may let a task do its connecting (httpx.AsyncClient by way
 * of anyio, aiohttp's happy eyeballs), on whose stack the object is not. The slot tp_init of
 * _asyncio.Task is borrowed; the Task is the key to the owners (python_starts.h). Tasks written in
 * Python, and subclasses of Task, are not seen.
 *
 * Needs the GIL and the guard. Nothing is done while no tracked object is alive.
 */
#ifndef SOCKLIFE_PYTHON_TASKS_H
#define SOCKLIFE_PYTHON_TASKS_H

/* At every import: once the module _asyncio is there, its tasks are seen. */
void python_tasks_look(void);

/* Borrowed: the address of the task that runs in this thread; NULL when there is none to ask for.
 */
const void *python_task_current(void);

#endif
