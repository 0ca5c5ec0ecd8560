# Sourced, not run. Sets JAVA_HOME to a JDK of at least version 25: the one JAVA_HOME names, else the newest that is
# installed, else one that the system's package manager offers; else says what to install and returns 1.

ashlar_jdk_version() {
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null || true
}

ashlar_newest_jdk() {
  newest_version=0
  newest_home=
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/jdk* /opt/java/* /usr/java/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
    version=$(ashlar_jdk_version "$home")
    [ "${version:-0}" -gt "$newest_version" ] || continue
    newest_version=$version
    newest_home=$home
  done
}

ashlar_install_jdk() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  for package in openjdk-25-jdk-headless temurin-25-jdk; do
    echo "No JDK 25 found: trying to install $package." >&2
    apt-get install -y -qq "$package" >/dev/null 2>&1 && return 0
  done
  return 1
}

ashlar_find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && [ "$(ashlar_jdk_version "$JAVA_HOME")" -ge 25 ] 2>/dev/null; then return 0; fi
  ashlar_newest_jdk
  if [ "$newest_version" -lt 25 ]; then
    ashlar_install_jdk && ashlar_newest_jdk
  fi
  if [ "$newest_version" -lt 25 ]; then
    echo "Ashlar needs a JDK of version 25 or newer, and none was found (newest here: $newest_version)." >&2
    echo "Install one (Debian: 'apt-get install openjdk-25-jdk-headless', or Eclipse Temurin 25) or set JAVA_HOME." >&2
    return 1
  fi
  JAVA_HOME=$newest_home
  export JAVA_HOME
}
