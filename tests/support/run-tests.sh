#!/usr/bin/env bash
# run-tests.sh RUNNER...: runs the Criterion runners one after another, all of them even when one
# fails, then prints what they come to. Fails when a test failed, a runner died or no test ran.
set -uo pipefail

# Where servers are; not every user has it in the path.
export PATH=$PATH:/usr/sbin:/sbin
# What this machine or its user has set for other programs decides no test: messages in another
# language or about a missing one, files that a server's own user may not read, a proxy before the
# servers of the tests, settings of a socklife that is in use.
export LC_ALL=C
umask 022
unset LANGUAGE http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset SOCKLIFE_TRACE SOCKLIFE_TRACK SOCKLIFE_HANDLES SOCKLIFE_OPTIONS SOCKLIFE_LIBRARY
# A sanitized subject finds libsocklife.so before the sanitizer's runtime; that is as it should be.
export ASAN_OPTIONS="verify_asan_link_order=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"

log=$(mktemp "${TMPDIR:-/tmp}/socklife-tests.XXXXXX") || exit 2
trap 'rm -f "$log"' EXIT
trap 'exit 130' HUP INT TERM
passed=0 failed=0

for runner in "$@"; do
	echo "== $runner"
	"$runner" --color=never </dev/null 2>&1 | tee "$log"
	status=$?
	summary=$(grep '^\[====\] Synthesis: ' "$log" | tail -n 1)
	if [[ ! $summary =~ Tested:\ ([0-9]+)\ .*\ Passing:\ ([0-9]+)\  ]]; then
		echo "$runner died before its summary"
		failed=$((failed + 1))
		continue
	fi
	tested=${BASH_REMATCH[1]} passing=${BASH_REMATCH[2]}
	if [ "$status" -ne 0 ] && [ "$tested" -eq "$passing" ]; then
		echo "$runner ended with status $status though all its tests passed"
		failed=$((failed + 1))
	fi
	passed=$((passed + passing))
	failed=$((failed + tested - passing))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
