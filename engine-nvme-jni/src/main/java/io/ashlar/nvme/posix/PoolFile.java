package io.ashlar.nvme.posix;

import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.Errno;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// Creates the file that serves as a pool.
public final class PoolFile {
  private static final int READ_WRITE_BY_OWNER = 0600;

  private PoolFile() {}

  /// Creates a file of `bytes` zeros at `path`, readable by its owner alone, and makes its name
  /// durable. Leaves nothing behind when it fails.
  ///
  /// @throws DeviceOpenException with a sentence: no room, not permitted, already there
  public static void create(Path path, long bytes, Preallocation preallocation)
      throws DeviceOpenException {
    String problem = NativeLibrary.problem();
    if (problem == null) {
      createNatively(path, bytes, preallocation);
    } else if (preallocation == Preallocation.SPARSE) {
      createSparse(path, bytes);
    } else {
      throw new DeviceOpenException(
          Reason.ENGINE_UNAVAILABLE, "Room for " + path + " cannot be reserved. " + problem);
    }
  }

  private static void createNatively(Path path, long bytes, Preallocation preallocation)
      throws DeviceOpenException {
    int bits = PosixNative.OPEN_CREATE | PosixNative.OPEN_EXCLUSIVE;
    int fd = DeviceFile.open(path, bits, READ_WRITE_BY_OWNER);
    if (fd < 0) {
      throw failed(path, -fd);
    }
    int result = size(fd, bytes, preallocation);
    PosixNative.close(fd);
    if (result == 0) {
      result = syncDirectory(path);
    }
    if (result < 0) {
      discard(path);
      throw failed(path, -result);
    }
  }

  private static int size(int fd, long bytes, Preallocation preallocation) {
    int result =
        switch (preallocation) {
          case SPARSE -> PosixNative.truncate(fd, bytes);
          case RESERVED -> PosixNative.fallocate(fd, 0, 0, bytes);
        };
    return result < 0 ? result : PosixNative.sync(fd);
  }

  /// A new name survives a crash only once its directory was synced.
  private static int syncDirectory(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    int fd = DeviceFile.open(parent == null ? path : parent, PosixNative.OPEN_READ_ONLY, 0);
    if (fd < 0) {
      return fd;
    }
    int result = PosixNative.sync(fd);
    PosixNative.close(fd);
    return result;
  }

  private static void createSparse(Path path, long bytes) throws DeviceOpenException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (var channel = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
        // A byte at the end gives the file its size; the JDK cannot lengthen a file otherwise.
        channel.position(bytes - 1).write(java.nio.ByteBuffer.allocate(1));
      }
    } catch (FileAlreadyExistsException e) {
      throw failed(path, Errno.EEXIST);
    } catch (IOException e) {
      discard(path);
      throw new DeviceOpenException(
          Reason.FAILED, path + " could not be created: " + e.getMessage() + ".", e);
    }
  }

  private static void discard(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The error that led here is the one to tell.
      return;
    }
  }

  private static DeviceOpenException failed(Path path, int errno) {
    return switch (errno) {
      case Errno.EACCES, Errno.EPERM ->
          new DeviceOpenException(
              Reason.FORBIDDEN,
              "Creating " + path + " is not permitted; check who owns its directory.");
      case Errno.ENOENT ->
          new DeviceOpenException(
              Reason.ABSENT, path + " cannot be created: its directory does not exist.");
      case Errno.ENOSPC, Errno.EDQUOT ->
          new DeviceOpenException(
              Reason.UNSUITABLE,
              "The file system has no room for " + path + "; give it less or make room.");
      case Errno.EEXIST ->
          new DeviceOpenException(
              Reason.IN_USE, path + " has just been created by another process; try again.");
      default ->
          new DeviceOpenException(
              Reason.FAILED,
              path
                  + " could not be created: "
                  + (NativeLibrary.problem() == null ? SystemErrors.text(errno) : "errno " + errno)
                  + ".");
    };
  }
}
