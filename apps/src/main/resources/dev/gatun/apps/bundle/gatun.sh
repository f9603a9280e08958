#!/bin/sh
# Gatun's launcher in the portable bundle: starts the program by the Java that lies beside it. Needs GATUN_LIBTORCH, the
# folder with libtorch_cpu.so of a pip install or an unzipped libtorch. GATUN_JAVA_OPTS adds flags for the JVM.
set -eu

root=$(dirname "$(readlink -f "$0")")
if [ "${1-}" = jshell ]; then
  echo "gatun: the portable bundle has no jshell; run it in the project" >&2
  exit 1
fi
class_path=
for jar in "$root"/lib/*.jar; do
  class_path=$class_path${class_path:+:}$jar
done

# As in the project's launcher: waiting threads sleep.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"

# shellcheck disable=SC2086 # words, on purpose
exec "$root/java/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xms32m ${GATUN_JAVA_OPTS-} \
  "-Dgatun.home=$root" -Dgatun.bundle=true -cp "$class_path" dev.gatun.apps.Gatun "$@"
