package io.ashlar.nvme.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What `/sys` tells of a block device.
public final class SysBlock {
  private SysBlock() {}

  /// Whether completed writes may be lost until flushed. Believed to be so where nothing is said.
  public static boolean hasVolatileCache(DeviceFacts facts) {
    return !"write through".equals(read(facts, "queue/write_cache"));
  }

  /// The disk's model as its vendor calls it, or an empty text.
  public static String model(DeviceFacts facts) {
    return read(facts, "device/model");
  }

  /// Whether the driver of a block device, of the one that holds a file, or of an NVMe namespace
  /// has queues that can be polled (IOPOLL).
  public static boolean canPoll(DeviceFacts facts) {
    String attribute = "queue/io_poll";
    String answer =
        facts.isCharacterDevice()
            ? read(sibling(facts).resolve(attribute))
            : read(facts, attribute);
    return "1".equals(answer);
  }

  /// The block device of the namespace whose character device this is: `nvme0n1` of `ng0n1`.
  private static Path sibling(DeviceFacts facts) {
    Path device = Path.of("/sys/dev/char", facts.deviceMajor() + ":" + facts.deviceMinor());
    try {
      String name = device.toRealPath().getFileName().toString();
      return Path.of("/sys/class/block", name.replaceFirst("^ng", "nvme"));
    } catch (IOException e) {
      return device;
    }
  }

  private static String read(DeviceFacts facts, String attribute) {
    Path device = Path.of("/sys/dev/block", facts.deviceMajor() + ":" + facts.deviceMinor());
    String text = read(device.resolve(attribute));
    // A partition has its disk's directory above its own.
    return text.isEmpty() ? read(device.resolve("..").resolve(attribute)) : text;
  }

  private static String read(Path path) {
    try {
      return Files.readString(path).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
