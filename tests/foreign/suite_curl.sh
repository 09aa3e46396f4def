# shellcheck shell=bash disable=SC2034,SC2154
# curl's own tests with curl and its servers built from its source: all in one run, or one alone.
test_seconds=7200

suite_prepare() {
	source_fetch curl curl || return
	[ ! -e "$suite/build/.complete" ] || return 0
	mkdir -p "$suite/build" && cd "$suite/build" || return
	../src/configure --with-openssl --disable-shared --disable-ldap --without-libpsl \
		--without-brotli --without-zstd --without-librtmp --without-libidn2 &&
		nice make -s && nice make -s -C tests && touch .complete
}

outcomes_write() { # WAY FILE [TEST]
	local -a tests

	read -ra tests -d '' <<<"${3-${CURL_TESTS-}}"
	(cd "$suite/build/tests" && export srcdir=$suite/src/tests &&
		way_run "$1" perl -I"$srcdir" "$srcdir/runtests.pl" -a -n -am "${tests[@]}") >"$2.out" 2>&1
	sed -n 's/^PASS: \([0-9]*\) .*/ok\t\1/p; s/^FAIL: \([0-9]*\) .*/FAIL\t\1/p
		s/^SKIP: \([0-9]*\) .*/skipped\t\1/p; s/^test 0*\([0-9]*\) SKIPPED: .*/skipped\t\1/p' \
		"$2.out" | outcomes_wanted >"$2"
}
