package io.ashlar.simulation;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The memory of a request while the disk has it: catches owners that use it before the request has
/// ended. A write's bytes are copied when it is submitted and must be the same when it ends; a
/// read's memory is filled with poison, which must still be there and which is what a failed read
/// leaves.
final class DiskMemory {
  static final byte POISON = (byte) 0xDB;
  private static final int PROBE_STRIDE_BYTES = 512;

  private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
  private final byte @Nullable [] written;

  private DiskMemory(DeviceRequest request) {
    int length = Math.toIntExact(request.length);
    memory.wrap(request.address, length);
    if (request.operation == DeviceOperation.READ) {
      memory.setMemory(0, length, POISON);
      written = null;
    } else {
      byte[] copy = new byte[length];
      memory.getBytes(0, copy);
      written = copy;
    }
  }

  /// The memory of the request, or null if it moves no data.
  static @Nullable DiskMemory of(DeviceRequest request) {
    return switch (request.operation) {
      case READ, WRITE, WRITE_DURABLE -> new DiskMemory(request);
      case FLUSH, DISCARD -> null;
    };
  }

  UnsafeBuffer buffer() {
    return memory;
  }

  /// What a write had in memory when it was submitted.
  byte[] written() {
    byte[] bytes = written;
    if (bytes == null) {
      throw new IllegalStateException("a read writes nothing");
    }
    return bytes;
  }

  void checkUntouched() {
    byte[] bytes = written;
    for (int i = 0; i < memory.capacity(); i += PROBE_STRIDE_BYTES) {
      byte expected = bytes == null ? POISON : bytes[i];
      Check.that(memory.getByte(i) == expected, "memory is left alone while in flight", i);
    }
    if (bytes != null) {
      checkSame(bytes);
    }
  }

  private void checkSame(byte[] bytes) {
    UnsafeBuffer expected = new UnsafeBuffer(bytes);
    for (int i = 0; i < bytes.length; i += Long.BYTES) {
      Check.that(memory.getLong(i) == expected.getLong(i), "data is left alone in flight", i);
    }
  }
}
