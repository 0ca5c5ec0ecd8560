package io.ashlar.core.store;

import io.ashlar.core.device.DeviceCompletion;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Buffers of many blocks for reads that are longer than one, taken from the arena at start. Who
/// finds none goes on block by block. Stored blocks lie at sectors, and devices may read nothing
/// less than 4 KiB: so each buffer has room for one block more than it is for.
final class IoBuffers {
  /// Blocks that one large buffer is for.
  static final int LARGE_BLOCKS = 32;

  /// Room for one block, wherever it lies.
  static final int SINGLE_BYTES = bytes(1);

  /// A buffer with a device request for each block that it is for.
  static final class IoBuffer {
    final UnsafeBuffer memory;
    final DeviceRequest[] requests;
    private @Nullable IoBuffer nextFree;

    IoBuffer(UnsafeBuffer memory, DeviceCompletion completion) {
      this.memory = memory;
      int blocks = memory.capacity() / VolumeGeometry.BLOCK_BYTES - 1;
      requests = new DeviceRequest[blocks];
      for (int i = 0; i < blocks; i++) {
        requests[i] = new DeviceRequest(completion);
      }
    }

    int blocks() {
      return requests.length;
    }
  }

  private @Nullable IoBuffer free;

  IoBuffers(ByteBuffer arena, int offset, int count, DeviceCompletion completion) {
    int bytes = bytes(LARGE_BLOCKS);
    for (int i = 0; i < count; i++) {
      give(new IoBuffer(new UnsafeBuffer(arena, offset + i * bytes, bytes), completion));
    }
  }

  static int memoryBytes(int count) {
    return count * bytes(LARGE_BLOCKS);
  }

  private static int bytes(int blocks) {
    return (blocks + 1) * VolumeGeometry.BLOCK_BYTES;
  }

  @Nullable IoBuffer take() {
    IoBuffer buffer = free;
    if (buffer != null) {
      free = buffer.nextFree;
      buffer.nextFree = null;
    }
    return buffer;
  }

  void give(IoBuffer buffer) {
    buffer.nextFree = free;
    free = buffer;
  }
}
