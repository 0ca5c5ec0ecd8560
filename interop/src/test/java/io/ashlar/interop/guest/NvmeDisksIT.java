package io.ashlar.interop.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The device port's contract on NVMe disks with poll queues: as block device and past the block
/// layer (NVMe passthrough), with interrupts and polled. Few machines that build this have such a
/// disk to overwrite, so a guest has them, emulated.
class NvmeDisksIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LATER = Duration.ofMinutes(8);
  private static final long SIZE_BYTES = 64L << 20;
  private static final String TESTS = "io.ashlar.nvme.uring.NvmeDiskContractTest";

  @TempDir Path directory;

  @Test
  void shouldPassTheContractWithInterruptsAndPolled() throws Exception {
    Path disk = directory.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(SIZE_BYTES);
    }
    Path tests = TestDisk.make(directory);
    try (LinuxGuest guest = LinuxGuest.boot(directory, devices(disk, tests))) {
      guest.check(SOON, "mkdir -p /tests && mount -t ext4 -o ro $(" + find("tests") + ") /tests");
      String device = guest.check(SOON, find("disk")).strip();
      assertThat(device).startsWith("/dev/nvme");
      assertThat(guest.check(SOON, "cat /sys/class/block/" + name(device) + "/queue/io_poll"))
          .as("the disk can be polled")
          .isEqualTo("1");
      String answer =
          guest.check(
              LATER,
              "cp=$(ls -d /tests/classes/* | tr '\\n' ':'); LD_LIBRARY_PATH=/tests/so"
                  + " /tests/java/bin/java -Xmx256m -XX:TieredStopAtLevel=1"
                  + " --add-exports java.base/jdk.internal.misc=ALL-UNNAMED"
                  + " --enable-native-access=ALL-UNNAMED"
                  + " -Dashlar.test.nvme.block="
                  + device
                  + " -Dashlar.test.nvme.character="
                  + device.replace("/nvme", "/ng")
                  + " -cp $cp io.ashlar.interop.guest.RunTests "
                  + TESTS);
      assertThat(answer).contains("passed ");
      assertThat(guest.kernelLog()).doesNotContain("I/O error");
    }
  }

  private static List<String> devices(Path disk, Path tests) {
    return List.of(
        "-drive",
        "file=" + disk + ",format=raw,if=none,id=disk",
        "-device",
        "nvme,serial=disk,drive=disk,max_ioqpairs=4",
        "-drive",
        "file=" + tests + ",format=raw,if=none,id=tests",
        "-device",
        "nvme,serial=tests,drive=tests");
  }

  /// Prints which disk this is; which is found first is left to chance.
  private static String find(String serial) {
    return "for c in /sys/class/nvme/nvme?; do grep -q '^"
        + serial
        + " ' $c/serial && basename $c/nvme*n1 | sed 's,^,/dev/,'; done; true";
  }

  private static String name(String device) {
    return device.substring(device.lastIndexOf('/') + 1);
  }
}
