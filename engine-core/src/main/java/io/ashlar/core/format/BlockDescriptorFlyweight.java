package io.ashlar.core.format;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// What a group's header says of one sealed block.
///
/// ```
/// 0        4       6   7   8       10      12
/// +--------+-------+---+---+-------+-------+
/// | crc32c |length |cod| 0 |key gen|   0   |
/// +--------+-------+---+---+-------+-------+
/// ```
///
/// `length` is the stored length in bytes, at most 4096; 0 for a block of zeroes, which has no
/// payload. Payloads follow the header in the order of their descriptors, each padded to a unit.
/// The checksum is the one the index keeps.
public final class BlockDescriptorFlyweight {
  static final int CHECKSUM_OFFSET = 0;
  static final int LENGTH_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int CODEC_OFFSET = LENGTH_OFFSET + Short.BYTES;
  static final int KEY_GENERATION_OFFSET = CODEC_OFFSET + 2;

  public static final int BYTES = KEY_GENERATION_OFFSET + 2 * Short.BYTES;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  public BlockDescriptorFlyweight wrap(MutableDirectBuffer source, int offset) {
    buffer.wrap(source, offset, BYTES);
    return this;
  }

  public int checksum() {
    return buffer.getInt(CHECKSUM_OFFSET);
  }

  public int length() {
    return buffer.getShort(LENGTH_OFFSET) & 0xFFFF;
  }

  public int codec() {
    return buffer.getByte(CODEC_OFFSET);
  }

  public int keyGeneration() {
    return buffer.getShort(KEY_GENERATION_OFFSET) & 0xFFFF;
  }

  public BlockDescriptorFlyweight set(int crc, int length, int codec, int keyGeneration) {
    buffer.putInt(CHECKSUM_OFFSET, crc);
    buffer.putShort(LENGTH_OFFSET, (short) length);
    buffer.putByte(CODEC_OFFSET, (byte) codec);
    buffer.putByte(CODEC_OFFSET + 1, (byte) 0);
    buffer.putShort(KEY_GENERATION_OFFSET, (short) keyGeneration);
    buffer.putShort(KEY_GENERATION_OFFSET + Short.BYTES, (short) 0);
    return this;
  }
}
