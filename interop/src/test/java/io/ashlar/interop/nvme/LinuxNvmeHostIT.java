package io.ashlar.interop.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.VolumeInfo;
import io.ashlar.interop.daemon.AshlarDaemon;
import io.ashlar.interop.guest.LinuxGuest;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Linux 6.12 attaches volumes of a daemon over NVMe/TCP and uses them as people do, also while the
/// daemon dies.
class LinuxNvmeHostIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final Duration LATER = Duration.ofMinutes(4);
  private static final long SIZE_BYTES = 256L << 20;
  private static final int KILLS = 3;

  /// Writes numbered files until `/tmp/stop` exists, and notes each in `/tmp/sums` once it is
  /// durable. Whatever is noted must be there for ever. The kernel raises SIGPIPE in whoever sends
  /// on a connection that was reset (`blockcheck.c` says why).
  private static final String WRITE_FILES =
      "( trap '' PIPE; n=0; while ! [ -e /tmp/stop ]; do n=$((n+1)); f=/mnt/f$((n%40))-$n;"
          + " head -c $((n*7919%300000)) /dev/urandom > $f && sync -d $f"
          + " && sha256sum $f >> /tmp/sums || { touch /tmp/failed; break; }; done;"
          + " touch /tmp/stopped ) > /tmp/files.out 2>&1 &";

  @TempDir Path directory;

  @Test
  void shouldHoldAFileSystemAndGiveSpaceBack() throws Exception {
    try (AshlarDaemon daemon = AshlarDaemon.start(directory, "2GiB");
        LinuxGuest guest = LinuxGuest.boot(directory)) {
      VolumeInfo volume = daemon.create("files", SIZE_BYTES, 4096);
      String disk = NvmeHost.connect(guest, daemon, volume, 0);
      guest.check(LATER, "mkfs.ext4 -q " + disk + " && mount -t ext4 " + disk + " /mnt");
      guest.check(
          LATER,
          "cd /mnt && for i in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom > f$i; done"
              + " && yes ashlar | head -c 8000000 > g && sha256sum f? g > sums && sync");
      guest.check(LATER, "umount /mnt && echo 3 > /proc/sys/vm/drop_caches");
      guest.check(LATER, "mount -t ext4 " + disk + " /mnt && cd /mnt && sha256sum -c sums");
      long full = daemon.pool().usedBytes();
      assertThat(full).as("random files do not compress").isGreaterThan(18_000_000);
      guest.check(LATER, "rm /mnt/f? && sync && fstrim /mnt && umount /mnt");
      long trimmed = usedBytesAfterCheckpoint(daemon);
      assertThat(trimmed).as("fstrim gave space back").isLessThan(full - 17_000_000);
      guest.check(LATER, "e2fsck -fn " + disk);
      guest.check(LATER, "blkdiscard " + disk);
      assertThat(usedBytesAfterCheckpoint(daemon)).as("all is discarded").isLessThan(trimmed);
      guest.check(LATER, "cmp -n 1000000 " + disk + " /dev/zero");
      NvmeHost.disconnect(guest, volume);
      assertThat(guest.kernelLog()).doesNotContain("I/O error");
    }
  }

  /// A checkpoint counts out what unmapped ranges held; a clean stop makes one. The guest's host
  /// comes back by itself.
  private static long usedBytesAfterCheckpoint(AshlarDaemon daemon) throws Exception {
    daemon.restart();
    return daemon.pool().usedBytes();
  }

  @Test
  void shouldLoseNothingAcknowledgedWhenTheDaemonIsKilled() throws Exception {
    try (AshlarDaemon daemon = AshlarDaemon.start(directory, "2GiB");
        LinuxGuest guest = LinuxGuest.boot(directory)) {
      String files = NvmeHost.connect(guest, daemon, daemon.create("files", SIZE_BYTES, 4096), 0);
      String blocks = NvmeHost.connect(guest, daemon, daemon.create("blocks", SIZE_BYTES, 4096), 1);
      guest.check(LATER, "mkfs.ext4 -q " + files + " && mount -t ext4 " + files + " /mnt");
      guest.check(SOON, "blockcheck " + blocks + " 4096 8 1 /tmp/stop > /tmp/blocks.out 2>&1 &");
      guest.check(SOON, "while ! grep -q '^acked [1-9]' /tmp/blocks.out; do sleep 1; done");
      guest.check(SOON, WRITE_FILES);
      for (int kill = 0; kill < KILLS; kill++) {
        assertGoesOn(guest);
        daemon.killAndRestart();
      }
      assertGoesOn(guest);
      guest.check(SOON, "touch /tmp/stop");
      assertBlocks(guest);
      assertFiles(guest, files);
      assertThat(guest.kernelLog()).doesNotContain("I/O error", "EXT4-fs error");
    }
  }

  /// Two more files became durable and more blocks were acknowledged than a moment ago.
  private static void assertGoesOn(LinuxGuest guest) throws Exception {
    guest.check(
        SOON,
        "n=$(cat /tmp/sums 2>/dev/null | wc -l);"
            + " while [ $(cat /tmp/sums 2>/dev/null | wc -l) -lt $((n+2)) ]; do"
            + " [ -e /tmp/failed ] && { cat /tmp/files.out; exit 1; }; sleep 0.5; done");
    guest.check(
        SOON,
        "a=$(tail -n 1 /tmp/blocks.out);"
            + " while [ \"$a\" = \"$(tail -n 1 /tmp/blocks.out)\" ]; do sleep 0.5; done");
  }

  /// Reads every block back.
  private static void assertBlocks(LinuxGuest guest) throws Exception {
    guest.check(LATER, "while ! grep -qE '^(ok|BAD)' /tmp/blocks.out; do sleep 1; done");
    String found = guest.check(SOON, "grep -v '^acked' /tmp/blocks.out");
    assertThat(found)
        .as("what blockcheck found, while the guest's kernel said:%n%s", guest.kernelLog())
        .startsWith("ok: ")
        .doesNotContain("ok: 0 acked")
        .contains(", 0 failed");
  }

  /// Reads every file that became durable back, from the volume and not from memory.
  private static void assertFiles(LinuxGuest guest, String disk) throws Exception {
    guest.check(LATER, "while ! [ -e /tmp/stopped ]; do sleep 0.5; done");
    guest.check(SOON, "if [ -e /tmp/failed ]; then cat /tmp/files.out; exit 1; fi");
    guest.check(LATER, "umount /mnt && echo 3 > /proc/sys/vm/drop_caches");
    guest.check(LATER, "e2fsck -fn " + disk);
    guest.check(LATER, "mount -t ext4 " + disk + " /mnt && sha256sum -c /tmp/sums");
    guest.check(LATER, "fstrim /mnt && umount /mnt && blkdiscard " + disk);
  }
}
