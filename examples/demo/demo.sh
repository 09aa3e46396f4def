#!/usr/bin/env bash
# demo.sh SOCKLIFE [TRACE]: records demo.py against an nginx of its own, on a free port of the
# loopback address. The server and its files are gone afterwards; the trace stays, beside the command
# unless TRACE says where.
set -euo pipefail

socklife=$(realpath "$1")
trace=$(realpath -m "${2:-$(dirname "$socklife")/demo.out}")
cd "$(dirname "$0")/../.."
# Not every user has sbin in the path, and no proxy knows our server.
export PATH=$PATH:/usr/sbin no_proxy=127.0.0.1

files=$(mktemp -d "${TMPDIR:-/tmp}/socklife-demo.XXXXXX")
server=
stop() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$files"
}
trap stop EXIT
trap 'exit 130' HUP INT TERM

# Below the ports that the kernel gives to clients: none takes it before nginx does.
port=$(/usr/bin/python3 -c 'import random, socket
while True:
    port = random.randrange(10000, 30000)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            break
print(port)')

# Everything that nginx writes stands in its prefix, so that no rights are needed.
cat >"$files/nginx.conf" <<CONF
daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	keepalive_timeout 1s;
	server {
		listen 127.0.0.1:$port;
		location / { return 200 "hello\n"; }
	}
}
CONF
nginx -p "$files" -c nginx.conf -e stderr &
server=$!

answers() {
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
until answers; do
	kill -0 "$server" 2>/dev/null || {
		echo "nginx did not start" >&2
		exit 1
	}
	sleep 0.05
done

program=(/usr/bin/python3 examples/demo/demo.py "http://127.0.0.1:$port/")
echo "\$ socklife run -- ${program[*]}"
"$socklife" run -o "$trace" -- "${program[@]}"
echo
echo "More of it: $socklife show s2 $trace"
