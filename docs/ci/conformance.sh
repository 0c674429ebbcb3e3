#!/bin/sh
# Judges a widget in continuous integration, from the installed wheel.
#
#   conformance.sh WHEEL PROFILE [RESULTS] [OPTION]...
#
# The exit status is that of `widget-conformance run`: 0 conforming, 1 a promise is broken, 2 wrong use or profile,
# 3 inconclusive, incomplete, or nothing judged. CONFORMANCE_VENV says where the virtual environment is (default:
# .conformance); a cache of that folder saves the set-up.
set -eu
if [ $# -lt 2 ]; then
  echo "usage: conformance.sh WHEEL PROFILE [RESULTS] [OPTION]..." >&2
  exit 2
fi
wheel=$1 profile=$2 results=${3:-conformance-results}
[ $# -ge 3 ] && shift 3 || shift 2
venv=${CONFORMANCE_VENV:-.conformance}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
"$venv/bin/widget-conformance" setup
exec "$venv/bin/widget-conformance" run --profile "$profile" --results "$results" "$@"
