#!/bin/sh
# Browser tests drive a real Chromium, a mail test makes a certificate: install what is missing, or say how.
set -eu

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q "ok installed"; }

# Where a distribution has no headless shell, the whole Chromium does: it takes twice the time.
browser() {
    if [ -n "$(apt-cache -q show chromium-headless-shell 2>/dev/null)" ]; then
        echo chromium-headless-shell
    else
        echo chromium
    fi
}

missing() {
    for package in "$(browser)" openssl; do
        installed "$package" || echo "$package"
    done
}

[ -z "$(missing)" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(missing) >/dev/null
elif sudo -n true 2>/dev/null; then
    sudo -n apt-get -qq update && sudo -n apt-get -qq install -y $(missing) >/dev/null
else
    echo "The tests need Debian packages. Run: sudo apt-get install -y" $(missing) >&2
    exit 1
fi
