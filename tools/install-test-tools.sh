#!/bin/bash
# Installs what the integration tests use on Debian 12: initiators, QEMU, and the Linux guest.
# Tests whose tools are missing skip themselves, so none of this is needed to build.
# Safe to run again; needs root for packages.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
guest=${ASHLAR_GUEST:-${XDG_CACHE_HOME:-$HOME/.cache}/ashlar/guest}
packages="gcc make libc6-dev libiscsi-bin qemu-utils qemu-block-extra qemu-system-x86 nvme-cli busybox-static
  e2fsprogs xfsprogs fdisk xz-utils zstd fio"
backports=/etc/apt/sources.list.d/ashlar-backports.list
export DEBIAN_FRONTEND=noninteractive

command -v apt-get >/dev/null || { echo "this script knows Debian only; install by hand: $packages" >&2; exit 1; }
missing=
for package in $packages; do
  dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing="$missing $package"
done
# Answered from apt's lists, so it is known only after an update.
kernel_known() { apt-cache pkgnames linux-image-6.12 | grep -E '^linux-image-6\.12\.[^-]*-cloud-amd64$' >/dev/null; }

if [ -n "$missing" ] || { [ ! -f "$guest/stamp" ] && ! kernel_known; }; then
  # Another source of this machine's that does not answer is no reason to stop.
  apt-get -q update || true
fi
if [ ! -f "$guest/stamp" ] && ! kernel_known; then
  # From the mirror that this machine takes its release from.
  mirror=$(apt-cache policy | sed -n 's/^ *[0-9]* *\(http[^ ]*\) bookworm\/main .*/\1/p' | head -n 1)
  [ -n "$mirror" ] || { echo "no mirror of bookworm is configured: the guest's kernel cannot be fetched" >&2; exit 1; }
  echo "deb $mirror bookworm-backports main" >"$backports"
  apt-get -q update || true
fi
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086
  apt-get -q install -y --no-install-recommends $missing
fi
"$here/interop/guest/build.sh" "$guest"
