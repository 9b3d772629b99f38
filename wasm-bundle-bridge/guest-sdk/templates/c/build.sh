#!/bin/sh
# Builds build/@NAME@-<version>.wasm. Needs clang with its WebAssembly back end and wasm-ld: on Debian `apt install clang-16 lld-16`.
set -eu
cd "$(dirname "$0")"
version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' module.json | head -n 1)
for clang in "${CLANG:-clang-16}" clang-19 clang-18 clang-17 clang; do
    command -v "$clang" >/dev/null && break
    clang=
done
[ -n "$clang" ] || { echo "build.sh: no clang; on Debian 'apt install clang-16 lld-16'" >&2; exit 1; }
mkdir -p build
"$clang" --target=wasm32 -mcpu=mvp -std=c11 -Wall -Wextra -Oz -nostdlib -Wl,--no-entry -Wl,--stack-first \
    -Wl,-z,stack-size=16384 -Wl,--strip-all -o "build/@NAME@-$version.wasm" module.c
echo "built build/@NAME@-$version.wasm"
