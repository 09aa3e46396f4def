# shellcheck shell=bash disable=SC2034,SC2154
# OpenJDK's own tests of sockets and channels, run by Debian's jtreg with Debian's JDK 17.
test_seconds=3600
jdk_folders=${JDK_FOLDERS:-'java/net/Socket java/net/ServerSocket java/nio/channels/SocketChannel
	java/nio/channels/ServerSocketChannel java/nio/channels/AsynchronousSocketChannel'}

suite_prepare() {
	source_fetch openjdk-17 openjdk-17-jre-headless '*/test/lib/*' '*/test/jdk/TEST.ROOT' \
		'*/test/jdk/java/net/*' '*/test/jdk/java/nio/*' '*/test/jtreg-ext/*' || return
	# Its groups name folders that are not unpacked.
	: >"$suite/src/test/jdk/TEST.groups"
}

outcomes_write() { # WAY FILE [TEST]
	local -a tests environment=()

	read -ra tests -d '' <<<"${3-$jdk_folders}"
	# jtreg hands its tests no variable that it is not told to.
	[ "$1" = bare ] || environment=("-e:LD_PRELOAD,SOCKLIFE_TRACE")
	rm -rf "$suite/jtreg"
	(cd "$suite/src/test/jdk" && way_run "$1" jtreg -jdk:/usr/lib/jvm/java-17-openjdk-amd64 \
		-agentvm -a -ignore:quiet -timeoutFactor:4 "${environment[@]}" -w:"$suite/jtreg/work" \
		-r:"$suite/jtreg/report" "${tests[@]}") >"$2.out" 2>&1
	sed -n 's/^\([^ ]*\)  *\(Passed\|Failed\|Error\)\..*/\2\t\1/p' \
		"$suite/jtreg/report/text/summary.txt" | outcomes_wanted >"$2"
}
