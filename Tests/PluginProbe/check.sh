#!/bin/sh
# Runs `swift package lockcheck` in this package, and looks at what it says and how it ends. Ends with
# 0 when that is as it should be. Takes minutes the first time, since lockcheck is built anew.
#
#   check.sh [FOLDER FOR THE BUILD]
set -u
cd "$(dirname "$0")" || exit
build=${1:-.build}
failed=0

# STATUS TEXT OPTION…: how it has to end, and what it has to say.
expect() {
  status=$1 text=$2
  shift 2
  said=$(swift package --scratch-path "$build" lockcheck "$@" 2>&1)
  ended=$?
  if [ "$ended" != "$status" ] || ! printf '%s\n' "$said" | grep -qe "$text"; then
    printf '%s\n' "$said" >&2
    echo "'swift package lockcheck $*' ended with $ended, not $status, or does not say: $text" >&2
    failed=1
  fi
}

expect 0 'No findings' --filter oneWay
expect 1 'LC102' --filter bothWays
expect 1 'LC102' --filter=OldTests/testBothWays
expect 0 'No findings' --filter OldTests/testOneWay --fail-on possible -- --only deadlock
expect 0 'LC102' --filter bothWays -- --fail-on never
expect 1 'as-it-is records' --filter foundation
expect 1 'LC102' --as-it-is --filter foundation
expect 1 "there is no option '--nope'" --nope
expect 1 'not a regular expression' --filter '('
expect 0 'USAGE: swift package lockcheck' --help
[ "$failed" = 0 ] && echo 'swift package lockcheck does what it should'
exit "$failed"
