package io.ashlar.nvme.posix;

import org.agrona.DirectBuffer;

/// What the system says of an open file or device. In memory, nine longs as `struct facts` of
/// `native/ashlar_uring.c` has them, in the order of the components.
///
/// @param mode `st_mode`: kind and permissions
/// @param sizeBytes of the file or block device
/// @param logicalBlockBytes of a block device, else 0
/// @param physicalBlockBytes of a block device, else 0
/// @param offsetAlignmentBytes what O_DIRECT asks of offsets, 0 where the system does not say
/// @param memoryAlignmentBytes what O_DIRECT asks of addresses, 0 where the system does not say
/// @param fileBlockBytes the file system's preferred block
/// @param device major number in the upper half, minor in the lower: of the device itself, or of
///   the one that holds the file
/// @param allocatedBytes what a file takes of its file system: less than its size where it is
///   sparse
public record DeviceFacts(
    long mode,
    long sizeBytes,
    long logicalBlockBytes,
    long physicalBlockBytes,
    long offsetAlignmentBytes,
    long memoryAlignmentBytes,
    long fileBlockBytes,
    long device,
    long allocatedBytes) {
  static final int LENGTH = 9 * Long.BYTES;

  private static final long KIND_MASK = 0xf000;
  private static final long KIND_BLOCK = 0x6000;
  private static final long KIND_CHARACTER = 0x2000;
  private static final long KIND_REGULAR = 0x8000;

  static DeviceFacts read(DirectBuffer buffer) {
    return new DeviceFacts(
        buffer.getLong(0),
        buffer.getLong(Long.BYTES),
        buffer.getLong(2 * Long.BYTES),
        buffer.getLong(3 * Long.BYTES),
        buffer.getLong(4 * Long.BYTES),
        buffer.getLong(5 * Long.BYTES),
        buffer.getLong(6 * Long.BYTES),
        buffer.getLong(7 * Long.BYTES),
        buffer.getLong(8 * Long.BYTES));
  }

  public boolean isBlockDevice() {
    return (mode & KIND_MASK) == KIND_BLOCK;
  }

  public boolean isCharacterDevice() {
    return (mode & KIND_MASK) == KIND_CHARACTER;
  }

  public boolean isRegularFile() {
    return (mode & KIND_MASK) == KIND_REGULAR;
  }

  public int deviceMajor() {
    return (int) (device >>> 32);
  }

  public int deviceMinor() {
    return (int) device;
  }
}
