#!/bin/sh
# gate.sh COMMAND…: runs the project's tests under socklife and judges the run. What both recipes
# call; on your own machine it does the same. Ends as the tests do when they fail, else as
# `socklife check` does: 1 with findings, 2 when something is wrong, 3 when the recording has gaps.
socklife run -q -- "$@" || exit

status=0
socklife check --format junit -o socklife.xml || status=$?
socklife check --format sarif -o socklife.sarif || [ "$?" -eq "$status" ] || exit
if [ "${GITHUB_ACTIONS:-}" = true ]; then
	socklife check --format github || :
else
	socklife check || :
fi
exit "$status"
