"""Connections to HOST PORT that somebody closes, and ones that only a finalizer does, by name."""

import gc
import http.client
import socket
import sys
import urllib.request

import requests

host, port = sys.argv[1], int(sys.argv[2])
url = f"http://{host}:{port}/body"


class Cycle:
    def __init__(self, held):
        self.held = held
        self.itself = self


def connected():
    client = http.client.HTTPConnection(host, port)
    client.request("GET", "/body")
    return client


def closed_connection():
    client = connected()
    client.getresponse().read()
    client.close()


def closed_read_to_the_end():
    urllib.request.urlopen(url).read()


def closed_with():
    with requests.get(url, stream=True) as response:
        response.raw.read(1)


def dropped_socket():
    socket.create_connection((host, port))


def dropped_connection():
    connected()


def dropped_urlopen():
    urllib.request.urlopen(url)


def dropped_stream():
    requests.get(url, stream=True)


def dropped_in_a_cycle():
    Cycle(requests.get(url, stream=True))
    gc.collect()


for close in [value for name, value in list(globals().items()) if name.startswith(("closed", "dropped"))]:
    close()
