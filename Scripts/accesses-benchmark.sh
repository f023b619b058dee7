#!/bin/sh
# Runs one program plain, with ThreadSanitizer (gcc's) and recorded by Lockcheck, by turns.
# usage: accesses-benchmark.sh FOLDER-OF-libLockcheckRuntime.so [ROUNDS]
set -e
library=$1
rounds=${2:-3}
source=$(dirname "$0")/accesses-benchmark.c
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
gcc -O2 "$source" -o "$work/plain" -pthread
gcc -O2 -fsanitize=thread "$source" -o "$work/tsan" -pthread
gcc -O2 -fsanitize=thread -c "$source" -o "$work/recorded.o"
gcc "$work/recorded.o" -o "$work/recorded" -L"$library" -lLockcheckRuntime -Wl,-rpath,"$library" -pthread
for round in $(seq "$rounds"); do
  for way in plain tsan recorded; do
    echo "$way"
    # ThreadSanitizer of some versions needs the addresses to be the usual ones.
    LOCKCHECK=record LOCKCHECK_TRACE="$work/trace.lctrace" setarch -R "$work/$way"
  done
done
echo "trace: $(stat -c %s "$work/trace.lctrace") bytes"
