package io.ashlar.core.store;

import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Requests that read before they write, or compare: partial blocks, COMPARE, COMPARE_AND_WRITE,
/// OR_WRITE.
final class AtomicUpdates extends RequestSlots {
  /// The longest transfer, and the rest of the blocks it begins and ends in.
  static final int SCRATCH_BYTES =
      VolumeGeometry.TRANSFER_BYTES_MAX + 2 * VolumeGeometry.BLOCK_BYTES;

  AtomicUpdates(ReadPath reads, WritePath writes, int slots) {
    for (int i = 0; i < slots; i++) {
      UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_BYTES));
      add(new AtomicUpdate(this, reads, writes, scratch));
    }
  }
}
