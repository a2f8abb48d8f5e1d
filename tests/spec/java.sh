#!/bin/sh
# Java 17 for the tests on Spark, from the distribution's own packages.
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

exec sh "$(dirname "$0")/../debian.sh" "Java 17" "on Spark" openjdk-17-jre-headless
