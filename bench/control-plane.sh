#!/usr/bin/env bash
# Times evsadm beside ipvsadm among ten thousand services on the running kernel; prints one line of JSON.
#
#   scripts/kernel-vm bench/control-plane.sh      on Debian's stock kernel
#
# `npm run bench control-plane` does that and writes the page of results. Needs ipvsadm.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
exec node_modules/.bin/tsx --conditions=source bench/control-plane/inside.ts
