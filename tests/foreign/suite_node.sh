# shellcheck shell=bash disable=SC2034,SC2154
# Node's own tests of what talks over sockets, one process a test, with Debian's Node or, where the
# sources are of another version than that, with $NODE.
test_seconds=120
node=${NODE:-/usr/bin/node}
node_subjects=${NODE_SUBJECTS:-net dgram cluster tls https http}

suite_prepare() {
	source_fetch nodejs nodejs
}

suite_tests() {
	local subject

	cd "$suite/src/test" && for subject in $node_subjects; do
		printf '%s\n' {parallel,sequential}/test-"$subject"-*.{js,mjs}
	done | grep -v '\*'
}

suite_run() {
	mkdir -p "$suite/tmp" && cd "$suite/src" || return
	NODE_TEST_DIR=$suite/tmp way_run "$1" "$node" "test/$2"
}

suite_outcome() {
	case $1 in
	0) if grep -aq '^1\.\.0 # Skipped' "$2"; then echo skipped; else echo ok; fi ;;
	124 | 137) echo hung ;;
	*) echo "FAIL $1" ;;
	esac
}
