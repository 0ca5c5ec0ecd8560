package io.ashlar.core.store;

import io.ashlar.core.device.DeviceCompletion;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Buffers of many blocks for reads that are longer than one, taken from the arena at start. Who
/// finds none goes on block by block.
final class IoBuffers {
  /// Blocks of one large buffer.
  static final int LARGE_BLOCKS = 32;

  /// A buffer with a device request for each run of blocks it may hold.
  static final class IoBuffer {
    final UnsafeBuffer memory;
    final DeviceRequest[] requests;
    private @Nullable IoBuffer nextFree;

    IoBuffer(UnsafeBuffer memory, DeviceCompletion completion) {
      this.memory = memory;
      int blocks = memory.capacity() / VolumeGeometry.BLOCK_BYTES;
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
    int bytes = LARGE_BLOCKS * VolumeGeometry.BLOCK_BYTES;
    for (int i = 0; i < count; i++) {
      give(new IoBuffer(new UnsafeBuffer(arena, offset + i * bytes, bytes), completion));
    }
  }

  static int memoryBytes(int count) {
    return count * LARGE_BLOCKS * VolumeGeometry.BLOCK_BYTES;
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
