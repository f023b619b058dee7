#!/bin/sh
# Makes the man page lockcheck.1 of the command itself, and checks it: of its options and their help,
# with the plugin that comes with ArgumentParser.
#
#   Docs/man.sh [FOLDER]
set -eu
folder=$(cd "${1:-.}" && pwd)
cd "$(dirname "$0")/.."
swift package plugin generate-manual --configuration debug \
  --date "$(git log -1 --format=%cs 2>/dev/null || date +%F)"
page=$folder/lockcheck.1
# An empty line is no paragraph to mdoc, and warned of.
sed 's/^$/.Pp/' .build/plugins/GenerateManual/outputs/LockcheckCommand/lockcheck.1 >"$page"
if command -v groff >/dev/null; then
  warnings=$(groff -mdoc -Tutf8 -ww "$page" 2>&1 >/dev/null)
  if [ -n "$warnings" ]; then
    printf '%s\n' "$warnings" >&2
    exit 1
  fi
fi
echo "the man page is $page"
