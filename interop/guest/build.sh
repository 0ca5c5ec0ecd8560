#!/bin/bash
# Builds the Linux guest that the interop tests boot under QEMU: vmlinux and initramfs.cpio.
#
#   interop/guest/build.sh DIRECTORY
#
# Does nothing if DIRECTORY holds a guest built from the same files. Needs Debian's apt, gcc with a
# static libc, busybox-static, nvme-cli, e2fsprogs, xfsprogs, xz and zstd: tools/install-test-tools.sh
# installs them and calls this.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?where the guest goes}
modules="virtio_net nvme_tcp nvme xfs crc32c_generic"
programs="/usr/sbin/nvme /usr/sbin/mkfs.ext4 /usr/sbin/e2fsck /usr/sbin/mkfs.xfs /usr/sbin/xfs_repair"

stamp=$(cat "$here"/* | sha256sum | cut -c1-16)
if [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
  echo "guest in $out is up to date"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$out" "$root"/{bin,sbin,usr/bin,usr/sbin,etc/nvme,proc,sys,dev,tmp}

# The newest 6.12 kernel for clouds: 6.1, Debian 12's own, lacks much of NVMe/TCP.
kernel=$(apt-cache pkgnames linux-image-6.12 | grep -E '^linux-image-6\.12\.[^-]*-cloud-amd64$' | sort -V | tail -1)
[ -n "$kernel" ] || { echo "no linux-image-6.12.*-cloud-amd64 in apt's lists: run tools/install-test-tools.sh" >&2; exit 1; }
echo "guest: fetching $kernel"
(cd "$work" && apt-get -q download "$kernel" 2>/dev/null && dpkg -x "$kernel"_*.deb kernel)
version=${kernel#linux-image-}
image=$work/kernel/boot/vmlinuz-$version

# The bare kernel starts seconds sooner than one that must unpack itself under emulation. The image
# tells where it lies (Documentation/arch/x86/boot.rst: setup_sects, payload_offset and _length);
# the last four bytes are its unpacked size.
number() { od -An -tu"$2" -j"$1" -N"$2" "$image" | tr -d ' '; }
start=$(( ($(number $((0x1f1)) 1) + 1) * 512 + $(number $((0x248)) 4) ))
tail -c+$((start + 1)) "$image" | head -c $(( $(number $((0x24c)) 4) - 4 )) >"$work/payload" || true
case $(head -c4 "$work/payload" | od -An -tx1 | tr -d ' ') in
  28b52ffd) zstd -qdc "$work/payload" ;;
  fd377a58) xz -dc "$work/payload" ;;
  *) echo "kernel $version is packed in a way this script does not know" >&2; exit 1 ;;
esac >"$work/vmlinux"

# Modules: unpacked, then only what the wanted ones need.
tree=$work/kernel/lib/modules/$version
[ -d "$tree" ] || tree=$work/kernel/usr/lib/modules/$version
find "$tree" -name '*.ko.xz' -print0 | xargs -0 -P2 -n64 xz -d
mkdir -p "$work/all/lib/modules"
mv "$tree" "$work/all/lib/modules/$version"
busybox depmod -b "$work/all" "$version"
deps=$work/all/lib/modules/$version/modules.dep
wanted() { # prints the path of module $1 and of all it needs
  local name=${1//-/_} path
  path=$(awk -F: -v n="$name" '{f=$1; sub(/.*\//,"",f); sub(/\.ko$/,"",f); gsub(/-/,"_",f); if (f==n) print $1}' "$deps" | head -1)
  [ -n "$path" ] || return 0 # built in
  echo "$path"
  for need in $(awk -F: -v p="$path" '$1==p {print $2}' "$deps"); do
    need=${need##*/}
    wanted "${need%.ko}"
  done
}
target=$root/lib/modules/$version
for module in $modules; do wanted "$module"; done | sort -u | while read -r path; do
  mkdir -p "$target/$(dirname "$path")"
  cp "$work/all/lib/modules/$version/$path" "$target/$path"
done
cp "$work/all/lib/modules/$version"/modules.{builtin,order} "$target/" 2>/dev/null || true
busybox depmod -b "$root" "$version"
echo "$modules" | tr ' ' '\n' >"$root/etc/modules-to-load"

# Programs with the libraries they load.
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $(busybox --list | grep -vx busybox); do ln -sf /bin/busybox "$root/bin/$applet"; done
for program in $programs; do
  cp "$program" "$root/usr/sbin/"
  ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -Lu "$library" "$root$library"
  done
done
cp /etc/mke2fs.conf "$root/etc/"
gcc -O2 -Wall -Wextra -Werror -static -o "$root/usr/bin/blockcheck" "$here/blockcheck.c"
install -m 755 "$here/init" "$root/init"

(cd "$root" && find . | busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs.cpio"
mv "$work/vmlinux" "$work/initramfs.cpio" "$out/"
echo "$stamp" >"$out/stamp"
echo "guest: Linux $version in $out"
