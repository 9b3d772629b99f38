#!/bin/sh
# Builds build/@NAME@-<version>.wasm. Needs a Rust with the target wasm32-unknown-unknown: either rustup (rustup target add
# wasm32-unknown-unknown) or Debian's rustc, libstd-rust-dev-wasm32 and lld-16. Uses wasm-opt (binaryen) if it is there.
set -eu
cd "$(dirname "$0")"
version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' module.json | head -n 1)
target=wasm32-unknown-unknown
for rustc in "${RUSTC:-rustc}" /usr/bin/rustc; do
    root=$("$rustc" --print sysroot 2>/dev/null) && [ -d "$root/lib/rustlib/$target" ] && break
    rustc=
done
if [ -z "$rustc" ]; then
    echo "build.sh: no Rust with the target $target. Run 'rustup target add $target', or on Debian" >&2
    echo "  'apt install rustc libstd-rust-dev-wasm32 lld-16'." >&2
    exit 1
fi
set -- # Debian's Rust has no linker of its own
if ! ls "$root"/lib/rustlib/*/bin/rust-lld >/dev/null 2>&1; then
    for ld in wasm-ld wasm-ld-19 wasm-ld-18 wasm-ld-17 wasm-ld-16 wasm-ld-15 wasm-ld-14; do
        command -v $ld >/dev/null && set -- -C "linker=$ld" -C linker-flavor=wasm-ld && break
    done
    [ $# -gt 0 ] || { echo "build.sh: no linker for $target; on Debian 'apt install lld-16'" >&2; exit 1; }
fi
mkdir -p build
out=build/@NAME@-$version.wasm
"$rustc" --edition 2021 --crate-name module --crate-type cdylib --target $target -C opt-level=z -C panic=abort -C lto=fat \
    -C codegen-units=1 "$@" -C link-arg=--strip-all -C link-arg=-zstack-size=16384 src/lib.rs -o "$out"
if command -v wasm-opt >/dev/null; then wasm-opt -Oz "$out" -o "$out.opt" && mv "$out.opt" "$out"; fi
echo "built $out"
