#!/bin/sh
# build.sh FOLDER [ASC]: builds the check modules into FOLDER; tools as for samples/rebuild.sh.
set -eu
out=$(cd "$1" && pwd)
asc=${2:-asc}
cd "$(dirname "$0")"
"${RUSTC:-/usr/bin/rustc}" --edition 2021 --crate-type cdylib --target wasm32-unknown-unknown -C opt-level=z -C panic=abort -C lto=fat \
    -C "linker=${WASM_LD:-wasm-ld-16}" -C linker-flavor=wasm-ld -C link-arg=--strip-all -D warnings -o "$out/everything-rust.wasm" everything.rs
"${CLANG:-clang-16}" --target=wasm32 -mcpu=mvp -std=c11 -Wall -Wextra -Werror -Oz -nostdlib -I../c -Wl,--no-entry -Wl,--strip-all \
    -o "$out/everything-c.wasm" everything.c
"$asc" everything.ts -o "$out/everything-as.wasm" -Oz --noAssert --runtime incremental --use abort=
node ../assemblyscript/add-metadata.mjs module.json "$out/everything-as.wasm"
