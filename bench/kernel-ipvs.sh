#!/usr/bin/env bash
# Measures kernel IPVS beside evs on the running kernel and prints the rates as one line of JSON.
#
#   scripts/kernel-vm bench/kernel-ipvs.sh      on Debian's stock kernel
#
# `npm run bench kernel-ipvs` does that and writes the page of results. Needs ipvsadm.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
exec node_modules/.bin/tsx --conditions=source bench/kernel-ipvs/inside.ts
