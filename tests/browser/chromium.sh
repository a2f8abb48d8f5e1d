#!/bin/sh
# Chromium for the browser tests, from the distribution's own packages.
# Where it may not be installed this says so and succeeds: the tests then skip with a reason
# (and fail when CI=true, see tests/browser/conftest.py).
set -eu

if command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Chromium is not installed and apt-get is not available: the browser tests will be skipped."
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Chromium is not installed and this user may not install it: the browser tests will be skipped."
    exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # an empty $as_root must vanish
if $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >>"$log" 2>&1; then
    exit 0
fi
tail -n 3 "$log" >&2
echo "Chromium could not be installed with apt-get: the browser tests will be skipped."
