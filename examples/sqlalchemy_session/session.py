"""Is an SQLAlchemy Session connected? session.py URL, of a PostgreSQL database."""

import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import NullPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import witness  # noqa: E402

url = sys.argv[1]
query = text("select 1")

engine = witness.watch(create_engine(url), "engine")
witness.step("engine created")

Session = sessionmaker(bind=engine)
asked = witness.watch(Session(), "asked")
witness.step("session created")

asked.connection()
witness.step("connection() called")

executing = witness.watch(Session(), "executing")
witness.step("second session created")

executing.execute(query)
witness.step("execute() called")

asked.close()
witness.step("first session closed")

borrowing = witness.watch(Session(), "borrowing")
borrowing.execute(query)
witness.step("third session executed")

borrowing.close()
executing.close()
witness.step("all sessions closed")

del asked, executing, borrowing
witness.step("all sessions deleted")

engine.dispose()
witness.step("engine disposed")

unpooled = witness.watch(create_engine(url, poolclass=NullPool), "unpooled")
alone = witness.watch(sessionmaker(bind=unpooled)(), "alone")
alone.execute(query)
witness.step("NullPool executed")

alone.close()
witness.step("NullPool session closed")
