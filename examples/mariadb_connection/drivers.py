"""What are the connections of two MariaDB drivers? drivers.py HOST PORT USER"""

import sys
from pathlib import Path

import MySQLdb
import pymysql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

where = {"host": sys.argv[1], "port": int(sys.argv[2]), "user": sys.argv[3]}


def use(connection):
    cursor = connection.cursor()
    cursor.execute("select 1")
    cursor.fetchall()
    cursor.close()


for driver in (pymysql, MySQLdb):
    name = driver.__name__
    connection = witness.watch(driver.connect(**where), f"{name} closed")
    witness.step(f"{name} connected")
    use(connection)
    connection.close()
    witness.step(f"{name} closed")
    connection = witness.watch(driver.connect(**where), f"{name} lost")
    use(connection)
    witness.step(f"{name} connected again")
    del connection
    witness.step(f"{name} deleted, not closed")
