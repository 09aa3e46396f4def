#!/usr/bin/env bash
# run.sh BUILD SUITE...: runs other people's test suites bare and with the library, and compares the
# outcomes test by test. A test that came out differently is run again, alone, three times each
# way; what still differs is a difference. Fails when there is one. Sources, builds, outcomes and
# output stay in BUILD/foreign.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$1")
mkdir -p "$build/foreign" && work=$(realpath "$build/foreign") || exit 2
shift
# shellcheck disable=SC2034 # common.sh looks at it
mapfile -t excluded < <(sed 's/#.*//; s/[[:space:]].*//; /^$/d' "$here/excluded.txt")

# is_same_again TEST: three times, alone, it comes out both ways alike.
is_same_again() {
	local way

	for way in bare recorded; do
		for _ in 1 2 3; do
			outcomes_write "$way" "$suite/again" "$1" && cat "$suite/again"
		done | sort -u >"$suite/again.$way"
	done
	cmp -s "$suite/again.bare" "$suite/again.recorded"
}

traces_read() {
	local count unread=0

	count=$(find "$trace" -name '*.trace' | wc -l)
	"$build/socklife" report "$trace" --format json >"$suite/report.json" || unread=1
	echo "	$count traces, $([ "$unread" -eq 0 ] && echo read || echo NOT READ)"
	rm -rf "$trace"
	return "$unread"
}

# suite_compare NAME, in a process of its own: what one suite sets, the next one does not see.
suite_compare() (
	suite_name=$1 suite=$work/$1 trace=$work/$1/trace differ=0
	mkdir -p "$suite"
	# shellcheck source=/dev/null
	. "$here/common.sh" && . "$here/suite_$suite_name.sh" || exit 2
	suite_prepare >"$suite/prepare.log" 2>&1 || {
		echo "$suite_name: could not be prepared; see $suite/prepare.log"
		exit 2
	}
	rm -rf "$trace" "$suite"/bare* "$suite"/recorded*
	for way in bare recorded; do
		outcomes_write "$way" "$suite/$way"
	done
	traces_read || differ=1
	/usr/bin/python3 "$here/compare.py" "$suite_name" "$suite/bare" "$suite/recorded" |
		tee "$suite/differences"
	[ -s "$suite/bare" ] || differ=1
	while read -r test; do
		if is_same_again "$test"; then
			echo "	again, alone: the same both ways: $test"
		else
			echo "	again, alone: still DIFFERENT: $test"
			differ=1
		fi
	done < <(grep -a $'^\t' "$suite/differences" | while IFS=$'\t' read -r test _; do
		suite_alone "$test"
	done | sort -u)
	exit "$differ"
)

failed=0
for name in "$@"; do
	if [ "$name" = cpython ]; then
		# shellcheck disable=SC2086 # a list
		"$here/cpython.sh" "$build/socklife" "$work" ${MODULES-} || failed=1
	else
		suite_compare "$name" || failed=1
	fi
done
exit "$failed"
