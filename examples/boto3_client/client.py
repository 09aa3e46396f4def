"""Is a boto3 client connected? client.py URL, of something that answers as RDS does."""

import gc
import os
import sys
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")
# When the collector runs is part of the story: here it runs when it is told to.
gc.disable()


def client():
    return boto3.client("rds", region_name="eu-west-1", endpoint_url=url)


witness.watch(client(), "unnamed").describe_db_instances()
witness.step("straight off the constructor")
gc.collect()
witness.step("straight off the constructor, collected")

kept = witness.watch(client(), "kept")
witness.step("client created")
kept.describe_db_instances()
witness.step("client in a variable")
kept.describe_option_groups()
witness.step("client in a variable, used again")


def local():
    rds = witness.watch(client(), "local")
    rds.describe_db_instances()
    witness.step("local client, inside")


local()
witness.step("local client, returned")


def local_with_handler():
    rds = witness.watch(client(), "with handler")
    # The client's events hold the handler, and the handler holds the client: a cycle.
    rds.meta.events.register("after-call.rds", lambda **_: print("answered", rds.meta.region_name))
    rds.describe_db_instances()


local_with_handler()
witness.step("local client with a handler, returned")
gc.collect()
witness.step("local client with a handler, collected")

GLOBAL = witness.watch(client(), "global")


def use_global():
    GLOBAL.describe_db_instances()


use_global()
witness.step("global client, used in a function")
