#!/bin/sh
# Install the browser that tests/browser drives, unless it is there. Debian and its kin only.
set -eu
if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then exit 0; fi

sudo=
if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
export DEBIAN_FRONTEND=noninteractive
echo "browser: installing chromium and its driver" >&2
$sudo apt-get update -qq </dev/null
$sudo apt-get install -y -qq --no-install-recommends \
    chromium chromium-driver fonts-dejavu-core </dev/null >/dev/null
