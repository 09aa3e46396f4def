"""What is a requests.Session? Called as: demo.py URL, of a server that drops idle connections."""

import sys
import time

import requests

url = sys.argv[1]

print("requests.get(): one call, no session of ours")
requests.get(url)

print("requests.Session(): made, not used yet")
session = requests.Session()
time.sleep(0.2)

print("session.get(), twice")
session.get(url)
session.get(url)

print("two seconds of silence; the server drops connections after one")
time.sleep(2)

print("session.get(), once more")
session.get(url)
