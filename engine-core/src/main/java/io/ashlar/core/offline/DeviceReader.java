package io.ashlar.core.offline;

import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.Sectors;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Reads small pieces of a device through one larger piece of memory, so that neighbours cost one
/// read. Where the larger read fails, the piece alone is tried.
final class DeviceReader {
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int ALIGNMENT_BYTES = 4096;

  private final PolledDevice device;
  private final UnsafeBuffer chunk =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(CHUNK_BYTES, ALIGNMENT_BYTES));
  private final UnsafeBuffer single =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(2 * ALIGNMENT_BYTES, ALIGNMENT_BYTES));
  private long chunkOffset = -1;
  private int chunkBytes;
  private UnsafeBuffer memory = chunk;
  private int at;

  DeviceReader(PolledDevice device) {
    this.device = device;
  }

  /// Reads whole sectors; [#memory] and [#at] say where they are until the next read.
  ///
  /// @param bytes at most a block
  /// @return false if the device refuses, or ends before
  boolean read(long offset, int bytes) {
    long size = device.device().geometry().sizeBytes();
    if (offset < 0 || offset > size - bytes) {
      return false;
    }
    if (chunkOffset < 0 || offset < chunkOffset || offset + bytes > chunkOffset + chunkBytes) {
      load(offset, size);
    }
    if (chunkOffset >= 0) {
      memory = chunk;
      at = (int) (offset - chunkOffset);
      return true;
    }
    int alignmentBytes = device.device().geometry().alignmentBytes();
    long from = offset & -alignmentBytes;
    int length = (int) (Sectors.align(offset + bytes, alignmentBytes) - from);
    memory = single;
    at = (int) (offset - from);
    return device.read(from, length, single.addressOffset()) == DeviceStatus.OK;
  }

  private void load(long offset, long size) {
    chunkOffset = offset & -ALIGNMENT_BYTES;
    chunkBytes = (int) Math.min(CHUNK_BYTES, size - chunkOffset);
    if (device.read(chunkOffset, chunkBytes, chunk.addressOffset()) != DeviceStatus.OK) {
      chunkOffset = -1;
    }
  }

  UnsafeBuffer memory() {
    return memory;
  }

  int at() {
    return at;
  }
}
