#!/bin/sh
# Which step of a script opened what? orders.sh URL
# `socklife mark` leaves a mark for this shell; not recorded, the script runs as ever.
set -e

socklife mark begin "one request"
curl -sS -o /dev/null "$1"
socklife mark end "one request"

socklife mark begin "two requests, one connection"
curl -sS -o /dev/null -o /dev/null "$1" "$1"
socklife mark end "two requests, one connection"

socklife mark begin "two requests, two connections"
curl -sS -o /dev/null "$1"
curl -sS -o /dev/null "$1"
socklife mark end "two requests, two connections"
