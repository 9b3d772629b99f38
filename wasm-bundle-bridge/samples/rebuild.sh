#!/bin/sh
# Rebuilds the committed modules into samples/build and compares them: byte for byte where the tools have the recorded
# versions, by smoke.mjs always.
#   ./rebuild.sh             build and compare; exit 1 on a difference
#   ./rebuild.sh --update    build, replace the committed files and record their digests and the tools' versions
# Needs Debian 12's rustc, libstd-rust-dev-wasm32, lld-16, clang-16 and binaryen, node, and npm's assemblyscript 0.28.20
# (.ci/guests.sh puts that one into place). Other tools: set RUSTC, WASM_LD, CLANG, WASM_OPT or ASC.
set -eu
cd "$(dirname "$0")"
RUSTC=${RUSTC:-/usr/bin/rustc} WASM_LD=${WASM_LD:-wasm-ld-16} CLANG=${CLANG:-clang-16} WASM_OPT=${WASM_OPT:-wasm-opt}
ASC=${ASC:-$PWD/build/npm/node_modules/.bin/asc}
SDK=../../guest-sdk
OUT=$PWD/build
mkdir -p "$OUT"

for tool in "$RUSTC" "$WASM_LD" "$CLANG" "$WASM_OPT" "$ASC" node; do
    command -v "$tool" >/dev/null || { echo "rebuild.sh: $tool is not installed; see the list at the top of this script" >&2; exit 2; }
done
ASC=$(command -v "$ASC")

# Every build runs in the sample's folder with relative paths, because compilers write the paths they are given into modules.
rust() { # name version optimisation
    (cd "$1" && "$RUSTC" --edition 2021 --crate-name "$(echo "$1" | tr - _)" --crate-type cdylib --target wasm32-unknown-unknown \
        -C "opt-level=$3" -C panic=abort -C lto=fat -C codegen-units=1 -C "linker=$WASM_LD" -C linker-flavor=wasm-ld \
        -C link-arg=--strip-all -C link-arg=-zstack-size=16384 -o "$OUT/$1.raw.wasm" src/lib.rs)
    "$WASM_OPT" "-O$3" "$OUT/$1.raw.wasm" -o "$OUT/$1-$2.wasm"
}
c() { # name version
    (cd "$1" && "$CLANG" --target=wasm32 -mcpu=mvp -std=c11 -Wall -Wextra -Werror -Oz -nostdlib -I"$SDK/c" -Wl,--no-entry \
        -Wl,--stack-first -Wl,-z,stack-size=16384 -Wl,--strip-all -o "$OUT/$1.raw.wasm" "$1.c")
    "$WASM_OPT" -Oz "$OUT/$1.raw.wasm" -o "$OUT/$1-$2.wasm"
}
assemblyscript() { # name version
    (cd "$1" && "$ASC" "$1.ts" -o "$OUT/$1-$2.wasm" -Oz --converge --noAssert --runtime stub --use abort= 2>"$OUT/$1.log") ||
        { cat "$OUT/$1.log" >&2; exit 1; }
    node ../guest-sdk/assemblyscript/add-metadata.mjs "$1/module.json" "$OUT/$1-$2.wasm"
}

rust moving-average 1.0.0 z
rust trend-anomaly 1.0.0 z
rust modbus-rtu-decoder 1.0.0 z
rust meter-driver 1.0.0 z
c pid 1.0.0
assemblyscript unit-conversion 1.0.0
rust kernels 1.0.0 3
rm -f "$OUT"/*.raw.wasm "$OUT"/*.log

MODULES="moving-average-1.0.0 trend-anomaly-1.0.0 modbus-rtu-decoder-1.0.0 meter-driver-1.0.0 pid-1.0.0 unit-conversion-1.0.0"
ALL="$MODULES kernels-1.0.0"
folder() { echo "${1%-*}"; }

{
    "$RUSTC" --version
    "$CLANG" --version | head -n 1
    "$WASM_LD" --version
    "$WASM_OPT" --version
    echo "assemblyscript $("$ASC" --version)"
} >"$OUT/TOOLVERSIONS"

if [ "${1:-}" = --update ]; then
    for m in $ALL; do cp "$OUT/$m.wasm" "$(folder "$m")/$m.wasm"; done
    cp "$OUT/TOOLVERSIONS" TOOLVERSIONS
    for m in $ALL; do sha256sum "$(folder "$m")/$m.wasm"; done >SHA256SUMS
fi

status=0
# Behaviour: what was built here and what is committed must both keep the contract.
for m in $MODULES; do files="${files:-} $OUT/$m.wasm $(folder "$m")/$m.wasm"; done
# shellcheck disable=SC2086 # one argument per file
node smoke.mjs $files || status=1
sha256sum --check --quiet SHA256SUMS || status=1
if cmp -s "$OUT/TOOLVERSIONS" TOOLVERSIONS; then
    for m in $ALL; do
        cmp "$OUT/$m.wasm" "$(folder "$m")/$m.wasm" || status=1
    done
    [ $status -ne 0 ] || echo "same bytes: $ALL"
else
    echo "the tools differ from TOOLVERSIONS, so bytes were not compared:"
    diff TOOLVERSIONS "$OUT/TOOLVERSIONS" || true
fi
exit $status
