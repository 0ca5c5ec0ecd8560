package io.ashlar.nvme.posix;

/// The natives of `native/ashlar_uring.c` that are about files and memory. One system call each; a
/// negative answer is a negative errno. Addresses are of memory outside the heap.
public final class PosixNative {
  /// Bits of [#open].
  public static final int OPEN_DIRECT = 1;

  /// On a block device: refused while it is mounted or otherwise claimed.
  public static final int OPEN_EXCLUSIVE = 2;

  public static final int OPEN_CREATE = 4;
  public static final int OPEN_READ_ONLY = 8;

  static {
    NativeLibrary.require();
  }

  private PosixNative() {}

  /// @param path address of the path's bytes, ended by a zero
  /// @param bits of the constants above
  /// @param mode permissions of a created file
  /// @return a descriptor
  public static native int open(long path, int bits, int mode);

  public static native int close(int fd);

  /// Takes an exclusive lock on the whole file without waiting; -EAGAIN where another holds one.
  public static native int lock(int fd);

  /// Gives the lock back although others may still hold the same open file.
  public static native int unlock(int fd);

  /// Fills [DeviceFacts#LENGTH] bytes at `address`.
  public static native int facts(int fd, long address);

  public static native int truncate(int fd, long bytes);

  public static native int fallocate(int fd, int mode, long offset, long length);

  /// @return where the first hole at or after `offset` begins; the end of the file counts as one
  public static native long seekHole(int fd, long offset);

  public static native int sync(int fd);

  /// Writes the error's text, without a zero at its end.
  ///
  /// @return its length in bytes
  public static native int errorText(int errno, long address, int capacity);

  public static native int eventFd();

  /// @return how often the eventfd was signalled since the last call; -EAGAIN if never
  public static native long drainEventFd(int fd);

  /// @return 1 if readable, 0 when the time is over
  public static native int waitReadable(int fd, int timeoutMs);

  /// Maps a descriptor's memory, shared, readable and writable.
  ///
  /// @return the address
  public static native long map(int fd, long offset, long length);

  /// Maps zeroed memory that takes room only where it is touched, in large pages where there are
  /// any.
  ///
  /// @return the address
  public static native long mapMemory(long length);

  public static native int unmap(long address, long length);

  /// Keeps memory out of swap (mlock).
  public static native int lockMemory(long address, long length);

  public static native int unlockMemory(long address, long length);

  /// Keeps memory out of core dumps (MADV_DONTDUMP); whole pages.
  public static native int hideFromDumps(long address, long length);

  /// With 0, the process leaves no core dump and no other process of the same user may trace it.
  public static native int setDumpable(int dumpable);

  /// @return the NVMe namespace's number, -ENOTTY where the device is not an NVMe namespace
  public static native int nvmeNamespaceId(int fd);

  /// Runs an NVMe admin command (72 bytes, `struct nvme_passthru_cmd`); waits for the device.
  ///
  /// @return 0, or a positive NVMe status
  public static native int nvmeAdmin(int fd, long command);
}
