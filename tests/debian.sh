#!/bin/sh
# Install Debian packages that tests need: debian.sh NAME WHICH-TESTS PACKAGE...
# Where they may not be installed this says so and succeeds: those tests then skip with a reason
# (and fail when CI=true).
set -eu
name=$1
tests=$2
shift 2

if ! command -v apt-get >/dev/null 2>&1; then
    echo "$name is not installed and apt-get is not available: the tests $tests will be skipped."
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "$name is not installed and this user may not install it: the tests $tests will be skipped."
    exit 0
fi

# Two of these may run at once, and apt-get does not wait for another.
if command -v flock >/dev/null 2>&1; then
    exec 9>"${TMPDIR:-/tmp}/zichtlijn-apt.lock"
    flock 9
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # an empty $as_root must vanish
if $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1; then
    exit 0
fi
tail -n 3 "$log" >&2
echo "$name could not be installed with apt-get: the tests $tests will be skipped."
