#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Changes Karaf's own bin/karaf, given as $1, in one place: which parts of the JDK are patched becomes a choice of bin/setenv,
# because patching turns class data sharing off. Fails when a new Karaf has another script.
set -eu
grep -q 'KARAF_MODULE_PATCHES' "$1" && exit 0
[ "$(grep -c -- '--patch-module java\.' "$1")" = 2 ] && grep -q -- '--add-exports=java.base/org.apache.karaf.specs.locator=' "$1" || {
    echo "$1 does not have the two --patch-module lines that are to be replaced; look at what Karaf's script does now." >&2
    exit 1
}
# Rewritten in place, which keeps its permissions.
EDITED=$(sed -e '/--patch-module java\./d' \
    -e 's|--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED|${KARAF_MODULE_PATCHES}|' "$1")
printf '%s\n' "$EDITED" > "$1"
