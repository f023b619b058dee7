#!/bin/sh
# Builds the probe and looks at what it links: neither Foundation, nor an analyzer, nor a test
# framework, nor libunwind. (The live checks have their graphs of LockcheckGraphs.) Ends with 0 when that is so.
#
#   check.sh [FOLDER FOR THE BUILD]
set -eu
cd "$(dirname "$0")"
build=${1:-.build}
swift build --scratch-path "$build"
probe=$(swift build --scratch-path "$build" --show-bin-path)/probe
"$probe"

failed=0
refuse() {
  if printf '%s\n' "$2" | grep -E "$3"; then
    echo "the probe $1 what it must not (above)" >&2
    failed=1
  fi
}

# The libraries it names, those that these name, and the modules whose code is in it.
refuse 'names a library' "$(readelf -d "$probe" | grep NEEDED)" \
  'Foundation|_Testing|XCTest|Testing|libunwind|libz|Dispatch|dispatch'
refuse 'loads a library' "$(ldd "$probe")" 'Foundation|XCTest|Testing|libunwind|libz'
refuse 'holds code of a module' "$(nm "$probe" | grep -oE '\$s[0-9]+Lockcheck[A-Z][A-Za-z]*' | sort -u)" \
  'Analysis|Findings|Report|Symbols|Pipeline|Command|Assertions|Testing|XCTest|Compression'
[ "$failed" = 0 ] && echo 'the probe links what it should'
exit "$failed"
