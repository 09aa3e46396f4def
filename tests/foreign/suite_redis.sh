# shellcheck shell=bash disable=SC2034,SC2154
# redis' own tests against Debian's programs, a unit at a time.
test_seconds=3600

suite_prepare() {
	local program

	source_fetch redis redis-server || return
	# One program, which looks at the name that it is called by.
	for program in server sentinel check-aof check-rdb; do
		ln -sf "$(realpath /usr/bin/redis-server)" "$suite/src/src/redis-$program" || return
	done
	ln -sf /usr/bin/redis-cli /usr/bin/redis-benchmark "$suite/src/src/"
}

# A test is called UNIT: NAME. Alone its whole unit is run: its tests build on each other.
suite_alone() {
	echo "${1%%:*}"
}

# What a test of redis' data types says of sockets, any other test of it says too.
suite_units() {
	(cd "$suite/src" && tclsh tests/test_helper.tcl --list-tests) | grep -v '^unit/type/'
}

outcomes_write() { # WAY FILE [UNIT]
	local unit

	for unit in ${3-${REDIS_UNITS-$(suite_units)}}; do
		echo "== $unit"
		(cd "$suite/src" && TERM=dumb way_run "$1" tclsh tests/test_helper.tcl --clients 1 \
			--durable --no-latency --timeout 300 --single "$unit") 2>&1
	done >"$2.out"
	awk -v OFS='\t' '
		/^== / { unit = substr($0, 4); }
		/^\[(ok|err|ignore|skip)\]: / {
			outcome = $1
			gsub(/\[|\]|:/, "", outcome)
			sub(/^[^ ]* /, "")
			sub(/ \([0-9]+ ms\)$| in tests\/[^ ]*\.tcl.*$/, "")
			print outcome, unit ": " $0
		}
		/^\[(exception|TIMEOUT)\]/ { print "FAIL", unit ": (the unit)" }
		/All tests passed|tests failed:/ { print "ended", unit ": (the unit)" }
	' "$2.out" | outcomes_wanted >"$2"
}
