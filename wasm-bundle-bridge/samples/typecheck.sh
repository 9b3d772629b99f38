#!/bin/sh
# Type-checks every module against the contract's WIT with the component tools in npm's @bytecodealliance/jco-transpile, the
# part of jco that has `component embed` and `component new`:
#   ./typecheck.sh                 the committed modules, and the Java sample where it has been built
#   ./typecheck.sh a.wasm ...      these
# .ci/guests.sh installs the packages of package.json into build/npm; NPM_MODULES names another folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
modules=${NPM_MODULES:-$here/build/npm/node_modules}
if [ ! -d "$modules/@bytecodealliance/jco-transpile" ]; then
    echo "typecheck.sh: no @bytecodealliance/jco-transpile in $modules; run .ci/guests.sh once, or 'npm install' there" >&2
    exit 2
fi
if [ $# -eq 0 ]; then
    for m in "$here"/*/*.wasm "$here"/totalizer/target/totalizer-*.wasm; do
        case $m in
        "$here"/build/* | "$here"/kernels/* | *'*'*) ;; # copies, no module, no match
        *) set -- "$@" "$m" ;;
        esac
    done
fi
exec node "$here/typecheck.mjs" "$modules" "$here/../abi/src/main/wit/gateway.wit" "$@"
