package io.ashlar.nvme;

import io.ashlar.nvme.file.FileBlockDevice;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import io.ashlar.nvme.posix.NativeLibrary;
import io.ashlar.nvme.posix.PoolFile;
import io.ashlar.nvme.uring.UringBlockDevice;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens a file or block device as a pool, in the best way this machine allows.
public final class BlockDevices {
  private BlockDevices() {}

  /// Opens what is at `path`, creating a pool file there if the options say so, and holds it
  /// exclusively until it is closed.
  ///
  /// @throws DeviceOpenException with a sentence that says what to do
  public static OpenedDevice open(Path path, DeviceOptions options) throws DeviceOpenException {
    if (options.createBytes() > 0 && !Files.exists(path)) {
      PoolFile.create(path, options.createBytes(), options.preallocation());
    }
    return switch (options.engine()) {
      case URING -> opened(UringBlockDevice.open(path, options), "as asked for");
      case FILE -> opened(FileBlockDevice.open(path, options), "as asked for");
      case BEST -> openBest(path, options);
    };
  }

  /// Makes a disk of memory, zeroed; what is written there is lost when it is closed.
  ///
  /// @throws DeviceOpenException where the native part cannot be used
  public static OpenedDevice openMemory(long sizeBytes, DeviceOptions options)
      throws DeviceOpenException {
    String problem = NativeLibrary.problem();
    if (problem != null) {
      throw new DeviceOpenException(Reason.ENGINE_UNAVAILABLE, problem);
    }
    return opened(
        new MemoryBlockDevice("memory", sizeBytes, options.queueDepth()),
        "nothing on it survives the end of this process");
  }

  private static OpenedDevice openBest(Path path, DeviceOptions options)
      throws DeviceOpenException {
    try {
      return opened(UringBlockDevice.open(path, options), "the fastest way of this machine");
    } catch (DeviceOpenException e) {
      if (e.reason() != Reason.ENGINE_UNAVAILABLE) {
        throw e;
      }
      return opened(FileBlockDevice.open(path, options), e.sentence());
    }
  }

  private static OpenedDevice opened(LocalBlockDevice device, String why) {
    return new OpenedDevice(
        device, device.name() + " is driven by " + device.engine() + ": " + why);
  }
}
