package io.ashlar.nvme.uring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A block device made of a file.
final class LoopDevice {
  private LoopDevice() {}

  /// Why this machine cannot attach one; null if it can.
  static @Nullable String problem() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "attaching a loop device needs root";
    }
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      return "this kernel has no loop devices";
    }
    return losetup("--version").isEmpty() ? "losetup is not installed" : null;
  }

  /// Attaches a new file to a free loop device.
  static Path attach(Path directory, long bytes) throws IOException {
    Path backing = directory.resolve("backing");
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(bytes);
    }
    String device = losetup("--find", "--show", "--direct-io=on", backing.toString());
    if (device.isEmpty()) {
      throw new IOException("losetup could not attach " + backing);
    }
    return Path.of(device);
  }

  /// Gives the device back: at once, or when the one who has it open closes it.
  static void detach(Path device) {
    losetup("--detach", device.toString());
  }

  private static String losetup(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "losetup";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process = new ProcessBuilder(command).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      return process.waitFor() == 0 ? output : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
