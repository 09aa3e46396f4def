#!/usr/bin/env bash
# lint-floors.sh: keeps floors.txt, the direction in which files may include one another, and the
# walls that the compiler keeps only as long as the Makefile's -I flags stay as they are.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

table=tests/support/floors.txt
broken=0
complain() {
	echo "$1" >&2
	broken=1
}

# Patterns are matched, never expanded: a file that is new must fit one too.
set -f
mapfile -t files < <(find preload analyzer -maxdepth 1 -name '*.[ch]' -o -maxdepth 1 -name '*.def' | sort)

# fits PATH PATTERN…
fits() {
	local path=$1 pattern
	shift
	for pattern in "$@"; do
		# shellcheck disable=SC2053
		[[ $path == $pattern ]] && return 0
	done
	return 1
}

declare -A floors
# Sets `floor` to the floor of a path, 0 when the table does not know it.
floor_find() {
	local word number patterns
	floor=${floors[$1]:-}
	[ -z "$floor" ] || return
	floor=0
	while read -r word number patterns; do
		# shellcheck disable=SC2086
		if [ "$word" = floor ] && fits "$1" $patterns; then
			floor=$number
			break
		fi
	done <"$table"
	floors[$1]=$floor
}

check_floors() {
	local file include from to
	while IFS=: read -r file include; do
		if [[ $include == */* ]]; then
			complain "$file includes \"$include\": other folders are out of reach"
			continue
		fi
		floor_find "$file"
		from=$floor
		floor_find "${file%/*}/$include"
		to=$floor
		if [ "$from" -eq 0 ] || [ "$to" -eq 0 ]; then
			complain "$file includes $include: one of them has no floor in $table"
		elif [ "$to" -gt "$from" ]; then
			complain "$file (floor $from) includes $include (floor $to)"
		fi
	done < <(grep -Ho '^#[[:space:]]*include "[^"]*"' "${files[@]}" | sed 's/:#.*"\(.*\)"/:\1/')
}

check_never() {
	local word pattern forbidden file header
	while read -r word pattern forbidden; do
		[ "$word" = never ] || continue
		for file in "${files[@]}"; do
			fits "$file" "$pattern" || continue
			for header in $forbidden; do
				grep -q "^#[[:space:]]*include [<\"]${header//./\\.}[>\"]" "$file" &&
					complain "$file must never include $header"
			done
		done
	done <"$table"
}

# A file's code without comments and strings.
code_of() {
	"${CC:-cc}" -fpreprocessed -dD -E -P -x c "$1" 2>/dev/null | sed 's/"\([^"\\]\|\\.\)*"/""/g'
}

check_only() {
	local word folder rest file match
	while read -r word folder rest; do
		[ "$word" = only ] || continue
		for file in "${files[@]}"; do
			# shellcheck disable=SC2086
			{ fits "$file" "$folder/*" && ! fits "$file" ${rest%% -- *}; } || continue
			match=$(code_of "$file" | grep -E -m 1 -- "${rest#* -- }") &&
				complain "$file may not say: ${match#"${match%%[![:space:]]*}"}"
		done
	done <"$table"
}

check_walls() {
	local recipe
	recipe=$(make -n -B BUILD=build/lint all 2>/dev/null | sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}')
	grep -E -- ' -c analyzer/' <<<"$recipe" | grep -q -- ' -Ipreload ' &&
		complain "the analyzer is compiled with -Ipreload"
	grep -E -- ' -c preload/' <<<"$recipe" | grep -q -- ' -Ianalyzer ' &&
		complain "the library is compiled with -Ianalyzer"
	grep -E -- '-shared .*libsocklife\.so' <<<"$recipe" | grep -q -- ' -l[a-z]' &&
		complain "the library is linked with more than libc"
}

check_floors
check_never
check_only
check_walls
exit $broken
