#!/bin/sh
# Chromium for the browser tests, from the distribution's own packages.
set -eu

if command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; then
    exit 0
fi
exec sh "$(dirname "$0")/../debian.sh" Chromium "in the browser" chromium fonts-dejavu-core
