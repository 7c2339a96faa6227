#!/bin/sh
# Browser tests drive a real Chromium, a mail test makes a certificate: install what is missing, or say how.
set -eu
missing=""
for package in chromium openssl; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" ||
        missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $missing >/dev/null
elif sudo -n true 2>/dev/null; then
    sudo -n apt-get -qq update && sudo -n apt-get -qq install -y $missing >/dev/null
else
    echo "The tests need Debian packages. Run: sudo apt-get install -y$missing" >&2
    exit 1
fi
