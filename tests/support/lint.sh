#!/usr/bin/env bash
# lint.sh COMPILER-FLAG...: every check of the sources that needs no run; all of them, even when one
# fails. lint.sh --format rewrites the sources instead.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

CEILING_LINES=400

files() {
	local expression=(-name "$1")
	shift
	for pattern in "$@"; do
		expression+=(-o -name "$pattern")
	done
	find preload analyzer tests examples .ci \( "${expression[@]}" \) | sort
}
mapfile -t formatted < <(files '*.c' '*.cc' '*.h')

if [ "${1:-}" = --format ]; then
	exec clang-format -i "${formatted[@]}"
fi
flags=("$@")

# Subjects do wrong things on purpose, so only the compilers and the format check look at them.
# One line a file and the flags that its folder is compiled with: a folder sees only its own headers
# and the trace format, and the checkers must not see more than the compiler.
tidy() {
	files '*.c' | while read -r file; do
		case $file in
		tests/subjects/*) continue ;;
		preload/* | tests/tsan/*) folder_flags='-Ipreload' ;;
		analyzer/*) folder_flags="-Ianalyzer -DSOCKLIFE_VERSION='\"\"'" ;;
		tests/unit/* | tests/fuzz/* | tests/random/* | tests/bench/*)
			folder_flags='-Ianalyzer -Itests/support'
			;;
		*) folder_flags='-Itests/support' ;;
		esac
		echo "$file -- ${flags[*]} $folder_flags"
	done | xargs -r -P "$(nproc)" -L 1 clang-tidy --quiet 2> >(grep -v 'warnings\? generated' >&2)
}

# model_memory.c stores a pointer by memcpy, which cppcheck takes for losing it. alloca is the only
# memory that a hook of exec may take in a signal handler or a vfork child. The kernel's mmap gives an
# address or -errno in one number (kernel.h).
cppcheck_all() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=memleak:analyzer/model_memory.c \
		--suppress=allocaCalled:preload/hook_* \
		--suppress=nullPointerArithmeticRedundantCheck:preload/recorder_process.c \
		--error-exitcode=1 -D_GNU_SOURCE -D"__$(uname -m)__" \
		-Ipreload/include -j "$(nproc)" preload analyzer
}

lengths() {
	files '*.c' '*.cc' '*.h' '*.py' '*.sh' '*.js' '*.java' | xargs wc -l |
		awk -v ceiling="$CEILING_LINES" '
			$2 != "total" && $1 > ceiling { print $2 ": " $1 " lines"; long = 1 }
			END { exit long }'
}

failed=0
check() {
	local name=$1
	shift
	if "$@"; then
		echo "lint: $name: ok"
	else
		echo "lint: $name: FAILED"
		failed=1
	fi
}

check format clang-format --dry-run -Werror "${formatted[@]}"
check floors tests/support/lint-floors.sh
check lengths lengths
check cppcheck cppcheck_all
check clang-tidy tidy
exit $failed
