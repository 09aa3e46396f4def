#!/bin/sh
# install-packages.sh GROUP...: installs the Debian packages of packages.txt's groups that are
# missing. Says what it does; does nothing, and needs no network, when all are there.
set -eu

list=$(dirname "$0")/packages.txt

if ! command -v dpkg-query >/dev/null; then
	echo "socklife: not a Debian system; see $list for what must be there" >&2
	exit 0
fi

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for group in "$@"; do
	for package in $(sed -n "s/^$group[[:space:]]\{1,\}//p" "$list"); do
		case " $missing " in *" $package "*) continue ;; esac
		is_installed "$package" || missing="$missing $package"
	done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null; then
		echo "socklife: as root, run: apt-get install$missing" >&2
		exit 1
	fi
fi
echo "socklife: installing missing Debian packages${as_root:+ (with sudo)}:$missing" >&2
echo "socklife: Debian may start the servers among them; socklife starts its own" >&2

# DEBIAN_FRONTEND goes through env(1), because sudo does not pass the environment on.
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >&2 </dev/null
}
# The package lists of a fresh machine may be empty or too old to name files that still exist.
# shellcheck disable=SC2086
apt install --no-install-recommends $missing || {
	apt update
	apt install --no-install-recommends $missing
}
