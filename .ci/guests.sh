#!/bin/sh
# Rebuilds every guest module from source and checks it: bytes, behaviour, types against the WIT, and that a new module of each
# language builds and passes its own test. Installs nothing but npm packages under wasm-bundle-bridge/samples/build; on
# Debian 12 the rest is: apt-get install -y --no-install-recommends rustc libstd-rust-dev-wasm32 lld-16 clang-16 binaryen
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
samples=$root/wasm-bundle-bridge/samples
npm_dir=$samples/build/npm
new=$samples/build/new

missing=
for tool in /usr/bin/rustc wasm-ld-16 clang-16 wasm-opt node npm java; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -d "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/wasm32-unknown-unknown" ] || missing="$missing libstd-rust-dev-wasm32"
if [ -n "$missing" ]; then
    echo "guests.sh: missing:$missing; the list at the top of this script says what to install" >&2
    exit 2
fi

echo "== npm packages"
mkdir -p "$npm_dir"
if ! cmp -s "$samples/package.json" "$npm_dir/installed.json"; then
    cp "$samples/package.json" "$npm_dir/package.json"
    (cd "$npm_dir" && npm install --no-audit --no-fund --silent)
    cp "$samples/package.json" "$npm_dir/installed.json"
fi

echo "== rebuild and compare"
"$samples/rebuild.sh"

echo "== Java sample"
(cd "$root" && ./mvnw -q -Dquick -am -pl wasm-bundle-bridge/samples/totalizer package)
node "$samples/smoke.mjs" "$samples"/totalizer/target/totalizer-*.wasm

echo "== new modules"
rm -rf "$new"
for lang in rust c as java; do
    "$root/wasm-bundle-bridge/guest-sdk/new-module.sh" "probe-$lang" --lang "$lang" --dir "$new/$lang" >/dev/null
done
for lang in rust c; do
    "$root/wasm-bundle-bridge/guest-sdk/new-module.sh" "probe-$lang-driver" --lang "$lang" --world driver --dir "$new/$lang-driver" >/dev/null
    "$new/$lang-driver/build.sh"
done
"$new/rust/build.sh"
"$new/c/build.sh"
mkdir -p "$new/as/node_modules"
ln -s "$npm_dir/node_modules/"* "$new/as/node_modules/"
(cd "$new/as" && npm run build --silent)
(cd "$new/java" && ./mvnw -q package)
node "$samples/smoke.mjs" "$new"/*/build/*.wasm "$new"/java/target/*.wasm

echo "== type check against the WIT"
"$samples/typecheck.sh"
"$samples/typecheck.sh" "$new"/*/build/*.wasm "$new"/java/target/*.wasm
mkdir -p "$samples/build/check"
"$root/wasm-bundle-bridge/guest-sdk/check/build.sh" "$samples/build/check" "$npm_dir/node_modules/.bin/asc"
"$samples/typecheck.sh" "$samples"/build/check/*.wasm
echo "guests: all passed"
