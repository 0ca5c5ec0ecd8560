#!/bin/sh
# Compiles the native library for this machine: build.sh <output directory> <JDK's home>
# The library lands in <output directory>/linux-<machine>/, where io.ashlar.nvme.posix.NativeLibrary looks for it.
# Says in one sentence what to install where something is missing.
set -eu
out=$1
JAVA_HOME=$2
export JAVA_HOME

missing() {
  echo "Ashlar's native part cannot be compiled: $1 is missing. Install it (Debian, Ubuntu: apt-get install $2)." >&2
  exit 1
}

command -v "${CC:-cc}" >/dev/null 2>&1 || missing "a C compiler (${CC:-cc})" gcc
command -v make >/dev/null 2>&1 || missing make make
[ -f "$JAVA_HOME/include/jni.h" ] || missing "jni.h of the JDK at $JAVA_HOME" openjdk-25-jdk-headless
echo '#include <linux/io_uring.h>' | "${CC:-cc}" -E -o /dev/null - 2>/dev/null ||
  missing "linux/io_uring.h" linux-libc-dev

exec make --no-print-directory -s -C "$(dirname -- "$0")" OUT="$out/linux-$(uname -m)"
