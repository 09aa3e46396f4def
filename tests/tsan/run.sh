#!/usr/bin/env bash
# run.sh PROGRAM: runs tsan_recorder; its status. What is looked for is races: that a child, forked
# while some threads had ended already, has nobody who joins them is no race. ThreadSanitizer wants some addresses free that a
# kernel with many random bits (vm.mmap_rnd_bits) may have given away: then once more without them.
set -uo pipefail

directory=$(mktemp -d "${TMPDIR:-/tmp}/socklife-tsan.XXXXXX") || exit 2
trap 'rm -rf "$directory"' EXIT
export TSAN_OPTIONS="report_thread_leaks=0${TSAN_OPTIONS:+:$TSAN_OPTIONS}"

"$1" "$directory/trace" 2>&1 | tee "$directory/output"
status=${PIPESTATUS[0]}
if grep -q 'unexpected memory mapping' "$directory/output"; then
	setarch -R "$1" "$directory/trace"
	status=$?
fi
[ "$status" -eq 0 ] || exit "$status"
traces=$(find "$directory/trace" -name '*.trace' | wc -l)
if [ "$traces" -eq 0 ]; then
	echo "nothing was recorded" >&2
	exit 1
fi
echo "no race: $traces processes"
