#!/bin/sh
# Install what tests need and pip cannot give, unless it is there: the browser that tests/browser drives,
# and Redis. Debian and its kin only.
set -eu
if command -v chromium >/dev/null && command -v chromedriver >/dev/null &&
    command -v redis-server >/dev/null; then exit 0; fi

sudo=
if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
export DEBIAN_FRONTEND=noninteractive
echo "browser: installing chromium, its driver and redis-server" >&2
$sudo apt-get update -qq </dev/null
$sudo apt-get install -y -qq --no-install-recommends \
    chromium chromium-driver fonts-dejavu-core redis-server </dev/null >/dev/null
