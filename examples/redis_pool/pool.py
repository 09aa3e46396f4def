"""Does closing a Redis client close its connection? pool.py HOST PORT"""

import sys
from pathlib import Path

import redis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

pool = witness.watch(redis.ConnectionPool(host=sys.argv[1], port=int(sys.argv[2])), "pool")
first = witness.watch(redis.Redis(connection_pool=pool), "first")
second = witness.watch(redis.Redis(connection_pool=pool), "second")
witness.step("pool and two clients created")

first.set("color", "blue")
witness.step("first client used")

second.get("color")
witness.step("second client used")

first.close()
second.close()
witness.step("both clients closed")

del first, second
witness.step("both clients deleted")

pool.disconnect()
witness.step("pool disconnected")

own = witness.watch(redis.Redis(host=sys.argv[1], port=int(sys.argv[2])), "own")
own.get("color")
witness.step("client with a pool of its own used")
del own
witness.step("client with a pool of its own deleted")
