#!/usr/bin/env bash
# cpython.sh SOCKLIFE DIR [MODULE...]: runs CPython's own tests (Debian's libpython3.11-testsuite, or
# those of the interpreter that PYTHON names) bare and under `socklife run`, and compares the
# outcomes test by test. Outcomes and output stay in DIR. A test that came out differently is run again, alone, three times each way; what still
# differs is a difference. Fails when there is one.
set -uo pipefail

python=${PYTHON:-/usr/bin/python3}
here=$(cd "$(dirname "$0")" && pwd)
socklife=$(realpath "$1")
mkdir -p "$2" && work=$(realpath "$2") || exit 2
shift 2
minutes_a_module=20
seconds_a_test=120

[ $# -gt 0 ] || set -- socket ssl asyncio httplib urllib urllib2 urlparse urllib_response \
	subprocess multiprocessing_fork multiprocessing_spawn multiprocessing_forkserver gc weakref descr \
	threading threading_local thread code inspect pickle copy

# outcomes_write WAY NAME FILE: every test of NAME into FILE, beginning again after one that hangs.
outcomes_write() {
	local way=$1 name=$2 file=$3 status=1 deadline=$((SECONDS + 60 * minutes_a_module))
	local -a command=("$python" "$here/outcomes.py" "$name" "$file" "$seconds_a_test")

	[ "$way" = bare ] || command=("$socklife" run -q -o "$work/trace" -- "${command[@]}")
	rm -f "$file"
	rm -rf "$work/cwd" && mkdir "$work/cwd"
	while [ "$status" -ne 0 ] && [ "$SECONDS" -lt "$deadline" ]; do
		(cd "$work/cwd" && TMPDIR=$work/cwd nice timeout -k 10 $((deadline - SECONDS)) \
			"${command[@]}") >>"$file.out" 2>&1 </dev/null
		status=$?
		[ -s "$file" ] || break
	done
	[ "$status" -eq 0 ] || echo "	$name $way: the last run ended with status $status"
	rm -rf "$work/trace" "$work/trace.old" "$work/cwd"
}

# is_same_again TEST: alone and three times, it comes out both ways alike.
is_same_again() {
	local way

	case $1 in *\ *) return 1 ;; esac # a set-up of many, "setUpClass (…)", is not run alone
	for way in bare socklife; do
		for _ in 1 2 3; do
			outcomes_write "$way" "$1" "$work/again" && cat "$work/again"
		done | grep -v '^started' | sort -u >"$work/again.$way"
	done
	cmp -s "$work/again.bare" "$work/again.socklife"
}

failed=0
for module in "$@"; do
	rm -f "$work/$module."*
	for way in bare socklife; do
		outcomes_write "$way" "test.test_$module" "$work/$module.$way"
	done
	"$python" "$here/compare.py" "$module" "$work/$module.bare" "$work/$module.socklife" |
		tee "$work/$module.differences"
	while IFS=$'\t' read -r test _; do
		if is_same_again "$test"; then
			echo "	again, alone: the same both ways: $test"
		else
			echo "	again, alone: still DIFFERENT: $test"
			failed=1
		fi
	done < <(grep -a $'^\t' "$work/$module.differences")
	[ -s "$work/$module.bare" ] && [ -s "$work/$module.socklife" ] || failed=1
done
exit "$failed"
