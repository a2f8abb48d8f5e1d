#!/bin/sh
# Java 17 for the tests on Spark, from the distribution's own packages.
# Where it may not be installed this says so and succeeds: the tests then skip with a reason
# (and fail when CI=true, see tests/spec/engines.py).
set -eu

# Spark 4.0 runs on Java 17 to 23.
usable() {
    version=$("$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] && [ "$version" -ge 17 ] && [ "$version" -lt 24 ]
}

if [ -n "${JAVA_HOME:-}" ]; then
    java="$JAVA_HOME/bin/java"
else
    java=java
fi
if command -v "$java" >/dev/null 2>&1 && usable "$java"; then
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Java 17 is not installed and apt-get is not available: the tests on Spark will be skipped."
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Java 17 is not installed and this user may not install it: the tests on Spark will be skipped."
    exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # an empty $as_root must vanish
if $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >>"$log" 2>&1; then
    exit 0
fi
tail -n 3 "$log" >&2
echo "Java 17 could not be installed with apt-get: the tests on Spark will be skipped."
