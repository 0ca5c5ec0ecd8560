package io.ashlar.nvme.posix;

import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// An open file or device: its descriptor, held exclusively, and what the system says of it.
public final class DeviceFile implements AutoCloseable {
  /// How the data goes.
  public enum Mode {
    /// O_DIRECT: between the device and our memory.
    DIRECT,
    /// Through the page cache, where the file system refuses O_DIRECT.
    CACHED
  }

  private final Path path;
  private final int fd;
  private final Mode mode;
  private final DeviceFacts facts;
  private boolean closed;

  private DeviceFile(Path path, int fd, Mode mode, DeviceFacts facts) {
    this.path = path;
    this.fd = fd;
    this.mode = mode;
    this.facts = facts;
  }

  /// Opens what exists at `path` for reading and writing and locks it until [#close].
  ///
  /// @throws DeviceOpenException with a sentence for people
  public static DeviceFile open(Path path) throws DeviceOpenException {
    if (!Files.exists(path)) {
      throw new DeviceOpenException(Reason.ABSENT, "There is nothing at " + path + ".");
    }
    if (Files.isDirectory(path)) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path + " is a directory; give a file in it or a block device as the pool.");
    }
    int claim = isBlockDevice(path) ? PosixNative.OPEN_EXCLUSIVE : 0;
    Mode mode = Mode.DIRECT;
    int fd = open(path, PosixNative.OPEN_DIRECT | claim, 0);
    if (fd == -Errno.EINVAL) {
      mode = Mode.CACHED;
      fd = open(path, claim, 0);
    }
    if (fd < 0) {
      throw refusal(path, -fd);
    }
    return locked(path, fd, mode);
  }

  /// Bytes of a sparse file that have no place on the disk yet; 0 where that cannot be told.
  public long unbackedBytes() {
    UnsafeBuffer buffer =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(DeviceFacts.LENGTH, Long.BYTES));
    if (closed || PosixNative.facts(fd, buffer.addressOffset()) < 0) {
      return 0;
    }
    DeviceFacts now = DeviceFacts.read(buffer);
    return now.isRegularFile() ? Math.max(0, now.sizeBytes() - now.allocatedBytes()) : 0;
  }

  private static DeviceFile locked(Path path, int fd, Mode mode) throws DeviceOpenException {
    UnsafeBuffer buffer =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(DeviceFacts.LENGTH, Long.BYTES));
    int result = PosixNative.facts(fd, buffer.addressOffset());
    DeviceFacts facts = DeviceFacts.read(buffer);
    if (result == 0 && !facts.isCharacterDevice()) {
      result = PosixNative.lock(fd);
    }
    if (result < 0) {
      PosixNative.close(fd);
      throw result == -Errno.EAGAIN ? inUse(path) : refusal(path, -result);
    }
    return new DeviceFile(path, fd, mode, facts);
  }

  /// @return a descriptor or a negative errno
  static int open(Path path, int bits, int permissions) {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    UnsafeBuffer text =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes.length + 1, Long.BYTES));
    text.putBytes(0, bytes);
    text.putByte(bytes.length, (byte) 0);
    return PosixNative.open(text.addressOffset(), bits, permissions);
  }

  private static boolean isBlockDevice(Path path) {
    try {
      Object mode = Files.getAttribute(path, "unix:mode");
      return mode instanceof Integer bits && (bits & 0xf000) == 0x6000;
    } catch (IOException | UnsupportedOperationException e) {
      // The open that follows says what is wrong with it.
      return false;
    }
  }

  private static DeviceOpenException inUse(Path path) {
    return new DeviceOpenException(
        Reason.IN_USE,
        path + " is in use by another process; stop it, or give this node another pool.");
  }

  private static DeviceOpenException refusal(Path path, int errno) {
    return switch (errno) {
      case Errno.EBUSY ->
          new DeviceOpenException(
              Reason.IN_USE,
              path + " is mounted or in use; unmount it, or give this node another device.");
      case Errno.EACCES, Errno.EPERM ->
          new DeviceOpenException(
              Reason.FORBIDDEN,
              "Reading and writing " + path + " is not permitted; check its owner and mode.");
      default ->
          new DeviceOpenException(
              Reason.FAILED, path + " could not be opened: " + SystemErrors.text(errno) + ".");
    };
  }

  public Path path() {
    return path;
  }

  public int fd() {
    return fd;
  }

  public Mode mode() {
    return mode;
  }

  public DeviceFacts facts() {
    return facts;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      PosixNative.unlock(fd);
      PosixNative.close(fd);
    }
  }
}
