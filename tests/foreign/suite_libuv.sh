# shellcheck shell=bash disable=SC2034,SC2154
# libuv's own tests, with libuv built from its source: all of them in one run, or one alone.
test_seconds=900

suite_prepare() {
	source_fetch libuv1 libuv1 || return
	[ ! -x "$suite/build/uv_run_tests" ] || return 0
	cmake -S "$suite/src" -B "$suite/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON &&
		nice make -s -C "$suite/build" uv_run_tests
}

outcomes_write() { # WAY FILE [TEST]
	rm -rf "$suite/cwd" && mkdir "$suite/cwd" && ln -s "$suite/src/test" "$suite/cwd/test"
	(cd "$suite/cwd" && UV_RUN_AS_ROOT=1 way_run "$1" "$suite/build/uv_run_tests" ${3+"$3"}) \
		>"$2.out" 2>&1
	sed -n 's/^not ok [0-9]* - \([^ ]*\).*/FAIL\t\1/p
		s/^ok [0-9]* - \([^ ]*\) # SKIP.*/skipped\t\1/p
		s/^ok [0-9]* - \([^ ]*\)$/ok\t\1/p' "$2.out" | outcomes_wanted >"$2"
}
