"""Is a boto3 Session connected? sessions.py URL, of something that answers as RDS does."""

import gc
import os
import sys
from pathlib import Path

import boto3.session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")

sessions = []
for region in ("eu-west-1", "us-east-1"):
    sessions.append(witness.watch(boto3.session.Session(region_name=region), region))
witness.step("sessions created")

for ses in sessions:
    ses.client("rds", endpoint_url=url).describe_db_instances()
    witness.step(f"{ses.region_name} described")

del ses, sessions
gc.collect()
witness.step("sessions deleted")
