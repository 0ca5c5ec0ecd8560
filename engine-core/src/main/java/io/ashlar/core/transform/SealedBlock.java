package io.ashlar.core.transform;

/// A stored block's identity and shape, as its index entry and its log record hold them. Mutable:
/// allocated once, filled per block, by the caller before opening and by the sealer when sealing.
public final class SealedBlock {
  /// The key generation of a block that is not encrypted.
  public static final int PLAIN = 0;

  /// The largest key generation; 16 bits of the index entry.
  public static final int KEY_GENERATION_MAX = 0xFFFF;

  /// The layer that owns the block.
  public int layer;

  /// The block's number in its volume.
  public long lba;

  /// The block's version; never used twice under one key.
  public long writeId;

  /// One of [Codec].
  public int codec;

  /// Bytes stored, without the padding to the device's unit; 0 for [Codec#ZERO].
  public int storedLength;

  /// Which of the layer's keys encrypts it, from 1, or [#PLAIN].
  public int keyGeneration;

  /// CRC-32C of the stored bytes, seeded with (layer, lba, write id).
  public int crc32c;

  /// Sets what block this is; the shape is left as it was.
  public SealedBlock identify(int layer, long lba, long writeId) {
    this.layer = layer;
    this.lba = lba;
    this.writeId = writeId;
    return this;
  }

  @Override
  public String toString() {
    return "block lba=%d of layer %d, write id %#x, codec=%d, stored=%d B, key generation=%d, crc32c=%#010x"
        .formatted(lba, layer, writeId, codec, storedLength, keyGeneration, crc32c);
  }
}
