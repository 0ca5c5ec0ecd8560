package io.ashlar.core.transform;

import static io.ashlar.core.transform.BlockMemory.BLOCK_BYTES;
import static io.ashlar.core.transform.BlockMemory.LZ4_LENGTH_BYTES;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Turns sealed blocks back into blocks, and proves them on the way. Stored bytes and the shape in
/// the [SealedBlock] may be anything; only arguments that are the caller's own throw. One thread's
/// own.
public final class BlockOpener {
  private final KeyRing keys;
  private final Crc32c crc = new Crc32c();
  private final Lz4 lz4 = new Lz4();
  private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(BLOCK_BYTES));
  private final UnsafeBuffer content = new UnsafeBuffer(0, 0);

  public BlockOpener(KeyRing keys) {
    this.keys = keys;
  }

  /// Opens one block. A plain, uncompressed one is checked and copied, and no more. Source and
  /// target must not overlap.
  ///
  /// @param block what the index says: all fields are inputs, the layer is the owner's
  /// @param source the stored bytes at `sourceOffset`
  /// @param target has room for 4 KiB at `targetOffset`; untouched, or zeroes, unless the result is
  ///   [OpenResult#OK]
  public OpenResult open(
      SealedBlock block,
      DirectBuffer source,
      int sourceOffset,
      MutableDirectBuffer target,
      int targetOffset) {
    long to = BlockMemory.address(target, targetOffset, BLOCK_BYTES);
    OpenResult verified = verify(block, source, sourceOffset);
    if (verified != OpenResult.OK) {
      return verified;
    }
    if (block.codec == Codec.ZERO) {
      target.setMemory(targetOffset, BLOCK_BYTES, (byte) 0);
      return OpenResult.OK;
    }
    LayerCipher cipher = null;
    if (block.keyGeneration != SealedBlock.PLAIN) {
      cipher = keys.find(block.layer, block.keyGeneration);
      if (cipher == null) {
        return OpenResult.NO_KEY;
      }
    }
    long from = source.addressOffset() + sourceOffset;
    if (block.codec == Codec.LZ4) {
      return inflate(block, cipher, from, to);
    }
    if (cipher == null) {
      UnsafeApi.copyMemory(from, to, BLOCK_BYTES);
    } else {
      cipher.cipher().decrypt(block.writeId, from, to, BLOCK_BYTES);
    }
    return OpenResult.OK;
  }

  /// Checks the stored bytes against the block's checksum: all that scrubbing, moving and
  /// replicating a block needs. No key is used.
  ///
  /// @return [OpenResult#OK], [OpenResult#BAD_CHECKSUM] or [OpenResult#BAD_LENGTH]
  public OpenResult verify(SealedBlock block, DirectBuffer source, int sourceOffset) {
    Check.that(sourceOffset >= 0, "the block lies in its buffer", sourceOffset);
    boolean isForm = Codec.isForm(block.codec, block.storedLength, block.keyGeneration);
    if (!isForm || block.storedLength > source.capacity() - sourceOffset) {
      return OpenResult.BAD_LENGTH;
    }
    BlockMemory.address(source, sourceOffset, block.storedLength);
    return BlockMemory.checksum(crc, block, source, sourceOffset) == block.crc32c
        ? OpenResult.OK
        : OpenResult.BAD_CHECKSUM;
  }

  private OpenResult inflate(SealedBlock block, @Nullable LayerCipher cipher, long from, long to) {
    int padBytesMax = 0;
    if (cipher == null) {
      content.wrap(from, block.storedLength);
    } else {
      cipher.cipher().decrypt(block.writeId, from, scratch.addressOffset(), block.storedLength);
      content.wrap(scratch.addressOffset(), block.storedLength);
      padBytesMax = XtsCipher.BLOCK_BYTES - 1;
    }
    int lz4Bytes = content.getShort(0, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    int end = LZ4_LENGTH_BYTES + lz4Bytes;
    if (!isPadding(end, padBytesMax)) {
      return OpenResult.BAD_CONTENT;
    }
    if (!lz4.decompress(content.addressOffset() + LZ4_LENGTH_BYTES, lz4Bytes, to, BLOCK_BYTES)) {
      UnsafeApi.setMemory(to, BLOCK_BYTES, (byte) 0);
      return OpenResult.BAD_CONTENT;
    }
    return OpenResult.OK;
  }

  /// Whether the content from `start` on is zeroes, and no more than the cipher needs.
  private boolean isPadding(int start, int bytesMax) {
    int bytes = content.capacity() - start;
    if (bytes < 0 || bytes > bytesMax) {
      return false;
    }
    for (int i = start; i < content.capacity(); i++) {
      if (content.getByte(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
