package io.ashlar.interop.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.interop.daemon.AshlarDaemon;
import io.ashlar.interop.tool.HostProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real disk images go in by `qemu-img convert` and come out the same.
class DiskImageRoundTripIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int FILES = 12;
  private static final int FILE_BYTES_MAX = 4 << 20;

  @TempDir Path directory;

  @BeforeEach
  void requireTools() {
    HostProgram.require("qemu-img");
  }

  @Test
  void shouldReturnAnExt4ImageUnchanged() throws Exception {
    HostProgram.require("mkfs.ext4", "e2fsck");
    Path image = emptyImage("ext4.raw", 128L << 20);
    HostProgram.check(
        LIMIT, "mkfs.ext4", "-q", "-F", "-d", contents().toString(), image.toString());
    Path back = throughVolume(image, "raw", 128L << 20);
    HostProgram.check(LIMIT, "e2fsck", "-fn", back.toString());
  }

  @Test
  void shouldReturnAnXfsImageUnchangedFromQcow2() throws Exception {
    HostProgram.require("mkfs.xfs", "xfs_repair");
    Path raw = emptyImage("xfs.raw", 320L << 20);
    HostProgram.check(LIMIT, "mkfs.xfs", "-q", raw.toString());
    Path image = directory.resolve("xfs.qcow2");
    HostProgram.check(
        LIMIT, "qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString());
    Path back = throughVolume(image, "qcow2", 320L << 20);
    HostProgram.check(LIMIT, "xfs_repair", "-n", "-f", back.toString());
  }

  @Test
  void shouldReturnAPartitionedImageUnchanged() throws Exception {
    HostProgram.require("sfdisk", "mkfs.ext4");
    Path image = emptyImage("disk.raw", 96L << 20);
    Path script = directory.resolve("partitions");
    Files.writeString(script, "label: gpt\n,32M\n,\n");
    HostProgram.check(LIMIT, "sh", "-c", "sfdisk -q '" + image + "' < '" + script + "'");
    HostProgram.check(
        LIMIT, "mkfs.ext4", "-q", "-F", "-E", "offset=1048576", image.toString(), "32M");
    Path back = throughVolume(image, "raw", 96L << 20);
    assertThat(HostProgram.check(LIMIT, "sfdisk", "--verify", back.toString()))
        .contains("No errors detected");
  }

  /// In by one process, compared on the volume; the daemon is killed; out by another, compared
  /// again.
  private Path throughVolume(Path image, String format, long sizeBytes) throws Exception {
    Path back = directory.resolve("back.raw");
    try (AshlarDaemon daemon = AshlarDaemon.start(directory, "1GiB")) {
      String url = daemon.iscsiUrl(daemon.create("image", sizeBytes, 512));
      HostProgram.check(
          LIMIT, "qemu-img", "convert", "-n", "-f", format, "-O", "raw", image.toString(), url);
      HostProgram.check(
          LIMIT, "qemu-img", "compare", "-f", format, "-F", "raw", image.toString(), url);
      daemon.killAndRestart();
      HostProgram.check(
          LIMIT, "qemu-img", "convert", "-f", "raw", "-O", "raw", url, back.toString());
    }
    HostProgram.check(
        LIMIT, "qemu-img", "compare", "-f", format, "-F", "raw", image.toString(), back.toString());
    return back;
  }

  private Path emptyImage(String name, long sizeBytes) throws Exception {
    Path image = directory.resolve(name);
    HostProgram.check(
        LIMIT, "qemu-img", "create", "-q", "-f", "raw", image.toString(), Long.toString(sizeBytes));
    return image;
  }

  /// A directory with files that compress well, badly, and not at all.
  private Path contents() throws Exception {
    Path contents = Files.createDirectory(directory.resolve("contents"));
    Random random = new Random(1);
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = new byte[random.nextInt(FILE_BYTES_MAX)];
      if (i % 3 == 0) {
        random.nextBytes(bytes);
      } else if (i % 3 == 1) {
        for (int at = 0; at < bytes.length; at++) {
          bytes[at] = (byte) (random.nextInt(16) + 'a');
        }
      }
      Files.write(contents.resolve("file" + i), bytes);
    }
    return contents;
  }
}
