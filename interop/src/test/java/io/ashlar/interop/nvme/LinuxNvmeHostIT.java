package io.ashlar.interop.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.interop.guest.LinuxGuest;
import io.ashlar.interop.target.ServedVolume;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Linux 6.12 attaches a volume over NVMe/TCP and uses it as people do.
class LinuxNvmeHostIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LATER = Duration.ofMinutes(4);
  private static final long SIZE_BYTES = 256L << 20;
  private static final String DISK = "/dev/nvme0n1";
  private static final String HOST_UUID = "6f0a1b8e-3c3e-4c0e-9a50-1f2f3a4b5c6d";

  @TempDir Path directory;

  @Test
  void shouldHoldAFileSystemAcrossARemount() throws Exception {
    try (ServedVolume volume = ServedVolume.start(SIZE_BYTES, 4096);
        LinuxGuest guest = LinuxGuest.boot(directory)) {
      connect(guest, volume);
      guest.check(LATER, "mkfs.ext4 -q " + DISK + " && mount -t ext4 " + DISK + " /mnt");
      guest.check(
          LATER,
          "cd /mnt && for i in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom > f$i; done"
              + " && yes ashlar | head -c 8000000 > g && sha256sum f? g > sums && sync");
      guest.check(LATER, "umount /mnt && echo 3 > /proc/sys/vm/drop_caches");
      guest.check(LATER, "mount -t ext4 " + DISK + " /mnt && cd /mnt && sha256sum -c sums");
      int before = volume.mappedBlocks();
      guest.check(LATER, "rm /mnt/f? && sync && fstrim /mnt && umount /mnt");
      assertThat(volume.mappedBlocks()).as("fstrim gave space back").isLessThan(before);
      guest.check(LATER, "e2fsck -fn " + DISK);
      guest.check(LATER, "blkdiscard " + DISK);
      assertThat(volume.mappedBlocks()).as("all was discarded").isZero();
      guest.check(SOON, "nvme disconnect -n " + volume.nqn());
      assertThat(guest.kernelLog()).doesNotContain("I/O error");
    }
  }

  @Test
  void shouldLoseNoAcknowledgedWriteWhenTheTargetRestarts() throws Exception {
    try (ServedVolume volume = ServedVolume.start(SIZE_BYTES, 4096);
        LinuxGuest guest = LinuxGuest.boot(directory)) {
      connect(guest, volume);
      guest.check(SOON, "blockcheck " + DISK + " 4096 8 1 /tmp/stop > /tmp/out &");
      for (int restart = 0; restart < 3; restart++) {
        guest.check(SOON, "sleep 4; tail -1 /tmp/out");
        volume.restartNvme();
      }
      guest.check(SOON, "sleep 4; touch /tmp/stop");
      guest.check(LATER, "while ! grep -qE '^(ok|BAD)' /tmp/out; do sleep 1; done");
      assertThat(guest.check(SOON, "grep -v '^acked' /tmp/out"))
          .startsWith("ok: ")
          .doesNotContain("ok: 0 acked");
    }
  }

  private static void connect(LinuxGuest guest, ServedVolume volume) throws Exception {
    String address = "-t tcp -a " + LinuxGuest.HOST_ADDRESS + " -s " + volume.nvmePort();
    String host = " -q nqn.2014-08.org.nvmexpress:uuid:" + HOST_UUID + " -I " + HOST_UUID;
    // The address that discovery tells is the one the target was reached by: loopback, since the
    // guest's network is translated. So it is not followed here.
    assertThat(guest.check(SOON, "nvme discover " + address + host)).contains(volume.nqn());
    guest.check(
        SOON,
        "nvme connect "
            + address
            + host
            + " -n "
            + volume.nqn()
            + " --reconnect-delay=1 --ctrl-loss-tmo=120 --keep-alive-tmo=5");
    guest.check(SOON, "while ! [ -b " + DISK + " ]; do sleep 0.2; done");
  }
}
