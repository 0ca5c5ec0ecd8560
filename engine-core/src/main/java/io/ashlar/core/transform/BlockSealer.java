package io.ashlar.core.transform;

import static io.ashlar.core.transform.BlockMemory.BLOCK_BYTES;
import static io.ashlar.core.transform.BlockMemory.LZ4_LENGTH_BYTES;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.Sectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Turns blocks into sealed blocks; the package's page says how. One thread's own.
public final class BlockSealer {
  private static final int SCRATCH_BYTES =
      LZ4_LENGTH_BYTES + Lz4.boundBytes(BLOCK_BYTES) + XtsCipher.BLOCK_BYTES;

  /// Compressing must save a sector at least.
  private static final int COMPRESSED_BYTES_MAX = BLOCK_BYTES - Sectors.BYTES;

  private final Crc32c crc = new Crc32c();
  private final Lz4 lz4 = new Lz4();
  private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_BYTES));

  /// Seals one block. Source and target must not overlap.
  ///
  /// @param source holds 4 KiB at `sourceOffset`
  /// @param target has room for 4 KiB at `targetOffset`; only the first [SealedBlock#storedLength]
  ///   bytes mean anything afterwards
  /// @param block in: lba and write id; out: everything else
  public void seal(
      LayerTransform transform,
      DirectBuffer source,
      int sourceOffset,
      MutableDirectBuffer target,
      int targetOffset,
      SealedBlock block) {
    long from = BlockMemory.address(source, sourceOffset, BLOCK_BYTES);
    long to = BlockMemory.address(target, targetOffset, BLOCK_BYTES);
    block.layer = transform.layer();
    if (isZero(source, sourceOffset)) {
      shape(block, Codec.ZERO, 0, null);
    } else {
      LayerCipher cipher = transform.cipher();
      int compressedBytes = compress(transform, from);
      if (compressedBytes > 0) {
        shape(block, Codec.LZ4, compressedBytes, cipher);
        store(block, cipher, scratch.addressOffset(), to);
      } else {
        shape(block, Codec.RAW, BLOCK_BYTES, cipher);
        store(block, cipher, from, to);
      }
    }
    block.crc32c = BlockMemory.checksum(crc, block, target, targetOffset);
  }

  private static void shape(
      SealedBlock block, int codec, int storedLength, @Nullable LayerCipher cipher) {
    block.codec = codec;
    block.storedLength = storedLength;
    block.keyGeneration = cipher == null ? SealedBlock.PLAIN : cipher.generation();
  }

  private static void store(SealedBlock block, @Nullable LayerCipher cipher, long from, long to) {
    if (cipher == null) {
      UnsafeApi.copyMemory(from, to, block.storedLength);
    } else {
      cipher.cipher().encrypt(block.writeId, from, to, block.storedLength);
    }
  }

  /// Compresses into the scratch buffer, if that is worth it.
  ///
  /// @return the content's length, or 0 if the block is to be stored as it is
  private int compress(LayerTransform transform, long from) {
    if (transform.compression() == Compression.NONE || !transform.probe().tryNext()) {
      return 0;
    }
    int lz4Bytes = lz4.compress(from, BLOCK_BYTES, scratch.addressOffset() + LZ4_LENGTH_BYTES);
    int end = LZ4_LENGTH_BYTES + lz4Bytes;
    int contentBytes = transform.cipher() == null ? end : BitUtil.align(end, XtsCipher.BLOCK_BYTES);
    if (contentBytes > COMPRESSED_BYTES_MAX) {
      transform.probe().onNotShrunk();
      return 0;
    }
    transform.probe().onShrunk();
    scratch.putShort(0, (short) lz4Bytes, ByteOrder.LITTLE_ENDIAN);
    scratch.setMemory(end, contentBytes - end, (byte) 0);
    return contentBytes;
  }

  /// Ends at the first 32 bytes that are not all zero, which is nearly always the first.
  private static boolean isZero(DirectBuffer buffer, int offset) {
    for (int i = offset; i < offset + BLOCK_BYTES; i += 4 * Long.BYTES) {
      long any =
          buffer.getLong(i)
              | buffer.getLong(i + Long.BYTES)
              | buffer.getLong(i + 2 * Long.BYTES)
              | buffer.getLong(i + 3 * Long.BYTES);
      if (any != 0) {
        return false;
      }
    }
    return true;
  }
}
