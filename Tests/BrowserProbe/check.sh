#!/bin/sh
# Opens pages of `lockcheck analyze --format html` in a headless Chromium and uses them. Does nothing, and says so,
# where there is no Chromium or no Python.
#
#   check.sh LOCKCHECK [FOLDER FOR SCREENSHOTS]
set -eu
if ! command -v python3 >/dev/null; then
  echo 'no Python is installed: the page is not looked at in a browser'
  exit 0
fi
exec python3 "$(dirname "$0")/check.py" "$@"
