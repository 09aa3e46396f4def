# shellcheck shell=bash disable=SC2154 # set by run.sh
# common.sh: what the suites share. A suite NAME.sh overrides some of these:
#   suite_prepare        fetches and builds in $suite, a directory of the suite's own
#   suite_tests          the names of its tests, one a line
#   suite_run WAY TEST   runs one test and ends with its status
#   suite_alone TEST     what is run to try that test alone
#   suite_outcome STATUS OUTPUT-FILE   what that status is called
# or, where one process has many tests:
#   outcomes_write WAY FILE [TEST]
# Given: $build, $suite, $suite_name, $trace, $here and the patterns of excluded.txt.

test_seconds=120

suite_alone() {
	echo "$1"
}

suite_outcome() {
	case $1 in
	0) echo ok ;;
	124 | 137) echo hung ;;
	*) echo "FAIL $1" ;;
	esac
}

# way_run WAY COMMAND...: bare, or with the library as its contract says.
way_run() {
	local way=$1
	shift
	[ "$way" = bare ] || set -- env LD_PRELOAD="$build/libsocklife.so" SOCKLIFE_TRACE="$trace" "$@"
	nice -n 15 timeout -k 10 "$test_seconds" "$@" </dev/null
}

# source_fetch PACKAGE BINARY [MEMBER...]: the upstream source of a Debian package, as old as the
# installed BINARY of it or else the newest, into $suite/src; all of it, or the members of its
# archive that fit. The machine's own lists may know no sources, so these get lists of their own.
source_fetch() {
	local package=$1 installed apt=$suite/apt file version
	local -a options=(-q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts"
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)

	[ ! -e "$suite/src/.complete" ] || return 0
	installed=$(dpkg-query -W -f '${source:Version}' "$2" 2>/dev/null)
	shift 2
	rm -rf "$suite/src" "$suite/tar" "$apt"
	mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial" "$suite"/{src,tar}
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
		[ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$file" \
			>"$apt/parts/socklife-${file##*/}"
	done
	apt-get "${options[@]}" update || return
	for version in "$installed" $(apt-cache "${options[@]}" showsrc --only-source "$package" |
		sed -n 's/^Version: //p' | sort -rV); do
		(cd "$suite/tar" && rm -f ./* && apt-get "${options[@]}" source --tar-only \
			--download-only "$package=$version") && break
	done
	tar -xf "$(echo "$suite"/tar/*.orig.tar.*)" -C "$suite/src" --strip-components=1 \
		${1+--wildcards} "$@" && touch "$suite/src/.complete"
}

# is_excluded SUITE.TEST
is_excluded() {
	local pattern

	for pattern in "${excluded[@]}"; do
		# shellcheck disable=SC2053 # a pattern it is
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# Of lines OUTCOME<tab>TEST: drops excluded tests, and numbers those of one name.
outcomes_wanted() {
	local outcome test
	local -A seen

	while IFS=$'\t' read -r outcome test; do
		! is_excluded "$suite_name.$test" || continue
		seen[$test]=$((${seen[$test]-0} + 1))
		[ "${seen[$test]}" -eq 1 ] || test="$test #${seen[$test]}"
		printf '%s\t%s\n' "$outcome" "$test"
	done
}

# outcomes_write WAY FILE [TEST]: all tests, or this one; outcomes into FILE, output into FILE.out.
outcomes_write() {
	local way=$1 file=$2 test status
	local -a tests=("${@:3}")

	[ $# -gt 2 ] || mapfile -t tests < <(suite_tests)
	: >"$file"
	for test in "${tests[@]}"; do
		! is_excluded "$suite_name.$test" || continue
		(suite_run "$way" "$test") >"$suite/output" 2>&1
		status=$?
		printf '%s\t%s\n' "$(suite_outcome "$status" "$suite/output")" "$test" >>"$file"
		printf '== %s: %s\n' "$test" "$status"
		cat "$suite/output"
	done >>"$file.out"
}
