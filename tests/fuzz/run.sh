#!/usr/bin/env bash
# run.sh SECONDS FUZZER...: runs each libFuzzer program for that long, all of them even when one
# finds something. What a fuzzer finds stays beside it. The golden traces and the
# built-in handle catalog are where it starts from.
set -uo pipefail

seconds=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
golden=$here/../golden
[ "$#" -gt 0 ] || {
	echo "no fuzzer was built" >&2
	exit 2
}
failed=0
for fuzzer in "$@"; do
	corpus=$fuzzer.corpus
	mkdir -p "$corpus"
	find "$golden" -name '*.trace' -exec cp -t "$corpus" {} +
	cp "$golden/../../preload/handle_catalog.txt" "$corpus"
	words=()
	[ -e "$here/$(basename "$fuzzer").dict" ] && words=(-dict="$here/$(basename "$fuzzer").dict")
	echo "== $fuzzer, $seconds s"
	"$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		"${words[@]}" -artifact_prefix="$fuzzer-" "$corpus" 2>&1 | grep -v '^#' || failed=1
done
exit $failed
