#!/bin/bash
# Installs what the integration tests use on Debian 12: initiators, QEMU, and the Linux guest.
# Tests whose tools are missing skip themselves, so none of this is needed to build.
# Safe to run again; needs root for packages.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
guest=${ASHLAR_GUEST:-${XDG_CACHE_HOME:-$HOME/.cache}/ashlar/guest}
packages="libiscsi-bin qemu-utils qemu-block-extra qemu-system-x86 nvme-cli busybox-static
  e2fsprogs xfsprogs fdisk gcc libc6-dev xz-utils zstd fio"

command -v apt-get >/dev/null || { echo "this script knows Debian only; install by hand: $packages" >&2; exit 1; }
missing=
for package in $packages; do
  dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing="$missing $package"
done
kernel_known() { apt-cache pkgnames linux-image-6.12 | grep -qE '^linux-image-6\.12\.[^-]*-cloud-amd64$'; }

if [ -n "$missing" ] || ! kernel_known; then
  apt-get -q update
fi
if ! kernel_known; then
  echo "deb http://deb.debian.org/debian bookworm-backports main" >/etc/apt/sources.list.d/ashlar-backports.list
  apt-get -q update
fi
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
fi
"$here/interop/guest/build.sh" "$guest"
