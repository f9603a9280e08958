# Sourced by ./gatun and ./mvnw: points JAVA_HOME at a JDK 25 or newer, or says what to install.
# JAVA_HOME wins when it is new enough; then the JDKs in the usual places, then `java` on the PATH.
gatun_jdk_version() { # prints the feature release of the JDK in $1, or 0 (also for a JRE: javac is needed)
  [ -x "$1/bin/javac" ] || { echo 0; return; }
  "$1/bin/javac" -version 2>/dev/null | sed -n 's/^javac \([0-9]*\).*/\1/p' | grep . || echo 0
}

gatun_find_jdk() {
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* /opt/java/* /opt/*jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$(dirname "$(dirname "$(readlink -f "$(command -v javac 2>/dev/null)" 2>/dev/null || echo /none/none)")")"; do
    if [ -n "$candidate" ] && [ "$(gatun_jdk_version "$candidate")" -ge 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  echo "gatun: needs a JDK 25 or newer, and found none (JAVA_HOME is '${JAVA_HOME:-}')." >&2
  echo "       Install one (Debian: the package temurin-25-jdk or openjdk-25-jdk) or set JAVA_HOME to it." >&2
  return 1
}
gatun_find_jdk || exit 1
