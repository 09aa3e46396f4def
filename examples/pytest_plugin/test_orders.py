"""A test suite of which one test leaves a connection open. ORDERS_URL: a web server."""

import os

import pytest
import requests

URL = os.environ["ORDERS_URL"]


@pytest.fixture(scope="session")
def session():
    """Meant to outlive the tests: no test is blamed for its connection."""
    with requests.Session() as session:
        session.get(URL)
        yield session


def test_one_request(session):
    assert session.get(URL).status_code == 200


def test_closes_its_session():
    with requests.Session() as own:
        assert own.get(URL).status_code == 200


kept = []


def test_forgets_its_session():
    own = requests.Session()
    assert own.get(URL).status_code == 200
    kept.append(own)


def test_after_it(session):
    assert session.get(URL).status_code == 200
