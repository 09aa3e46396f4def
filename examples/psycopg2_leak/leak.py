"""Does `with` close a psycopg2 connection? leak.py URL [ROUNDS], of a PostgreSQL database."""

import sys
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
results = []


def count(number):
    # psycopg2's `with` ends the transaction, not the connection.
    with psycopg2.connect(url) as connection:
        cursor = connection.cursor()
        cursor.execute("select %s", (number,))
        return cursor


for number in range(rounds):
    # The cursor holds its connection.
    results.append(count(number))
    witness.step(f"round {number}")
