"""Does every client in a list stay connected? clients.py URL URL, of RDS in two regions."""

import os
import sys
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

urls = dict(zip(("eu-west-1", "us-east-1"), sys.argv[1:]))
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")

clients = []
for region, url in urls.items():
    clients.append(witness.watch(boto3.client("rds", region_name=region, endpoint_url=url), region))
witness.step("clients created")

for client in clients:
    client.describe_db_instances()
witness.step("described")

for client in clients:
    client.describe_option_groups()
witness.step("described again")
