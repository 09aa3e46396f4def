"""Fetches orders from the URL of a server."""

import sys

import requests

BASE = sys.argv[1]


def orders():
    """Old, slow, and known: a connection for each request."""
    texts = []
    for name in ("1k", "1k", "1k"):
        texts.append(requests.get(BASE + name).text)
    return texts


def health():
    """A Session that nobody closes: the finalizer does, and that is all right here."""
    return requests.Session().get(BASE + "1k").ok


def export():
    """New, and forgotten: nobody closes this Session either."""
    session = requests.Session()
    return session.get(BASE + "1k").text


def main():
    print(len(orders()), health(), len(export()))


main()
