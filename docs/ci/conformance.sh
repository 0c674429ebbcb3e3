#!/bin/sh
# Judges a widget in continuous integration, from the installed wheel.
#
#   conformance.sh WHEEL PROFILE [RESULTS] [OPTION]...
#
# The exit status is that of `widget-conformance run`: 0 conforming, 1 a promise is broken, 2 wrong use or profile,
# 3 inconclusive, incomplete, or nothing judged; a set-up that fails is 3, too. CONFORMANCE_VENV says where the virtual
# environment is (default: .conformance); a cache of that folder saves the set-up.
set -eu
if [ $# -lt 2 ]; then
  echo "usage: conformance.sh WHEEL PROFILE [RESULTS] [OPTION]..." >&2
  exit 2
fi
wheel=$1 profile=$2 results=${3:-conformance-results}
[ $# -ge 3 ] && shift 3 || shift 2
if [ ! -f "$wheel" ]; then
  echo "conformance.sh: there is no file $wheel" >&2
  exit 2
fi
venv=${CONFORMANCE_VENV:-.conformance}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || exit 3
install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
install "$wheel" || exit 3
install --force-reinstall --no-deps "$wheel" || exit 3 # a cached one may be older, and have the same version
"$venv/bin/widget-conformance" setup || exit 3
exec "$venv/bin/widget-conformance" run --profile "$profile" --results "$results" "$@"
