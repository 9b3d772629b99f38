#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the benchmarks and runs the suites named as arguments, or all. './bascule bench' calls this after it has built the
# distribution. Figures go to docs/benchmarks.md. BASCULE_BENCH_OPTS holds options of the JVM, such as -D with a suite's setting.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
cd "$HERE/../.."
LOAD=$(cut -d' ' -f1 /proc/loadavg 2> /dev/null || echo 0)
if [ "${BASCULE_BENCH_ANYWAY:-}" = '' ] && awk -v load="$LOAD" 'BEGIN { exit !(load > 1.0) }'; then
    echo "bench: the load average is $LOAD: something else runs here and the figures would be worth nothing." >&2
    echo "bench: wait until it is below 1, or set BASCULE_BENCH_ANYWAY=1 to measure all the same." >&2
    exit 3
fi
./mvnw -q -B -Dquick -pl karaf-assembly/benchmarks -am package
case " ${*:-boot} " in
    *' boot '*)
        if [ ! -f "$HERE/target/stock/apache-karaf.tar.gz" ]; then
            ./mvnw -q -B -pl karaf-assembly/benchmarks dependency:copy@stock-karaf
        fi
        ;;
esac
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java
# shellcheck disable=SC2086 # a list of words on purpose
exec "$JAVA" ${BASCULE_BENCH_OPTS:-} -cp "$HERE/target/classes:$(cat "$HERE/target/classpath.txt")" io.bascule.karaf.benchmarks.Bench "$@"
