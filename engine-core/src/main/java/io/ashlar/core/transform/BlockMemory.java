package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.DirectBuffer;

/// What sealer and opener share.
final class BlockMemory {
  static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  /// The length before an LZ4 block: see the package's page.
  static final int LZ4_LENGTH_BYTES = Short.BYTES;

  private BlockMemory() {}

  /// The address of a range that must lie in `buffer`, outside the heap.
  static long address(DirectBuffer buffer, int offset, int lengthBytes) {
    Check.that(buffer.byteArray() == null, "blocks lie outside the heap");
    Check.that(
        offset >= 0 && lengthBytes <= buffer.capacity() - offset,
        "the block lies in its buffer",
        offset,
        buffer.capacity());
    return buffer.addressOffset() + offset;
  }

  /// The checksum of the stored bytes at `offset`, were they this block's.
  static int checksum(Crc32c crc, SealedBlock block, DirectBuffer buffer, int offset) {
    long layer = Integer.toUnsignedLong(block.layer);
    return crc.ofSeeded(layer, block.lba, block.writeId, buffer, offset, block.storedLength);
  }
}
