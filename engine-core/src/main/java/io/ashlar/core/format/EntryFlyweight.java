package io.ashlar.core.format;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// What the index knows of one 4 KiB block.
///
/// ```
/// 0          8         14   15   16       20         24       28      30
/// +----------+---------+----+----+--------+----------+--------+-------+-------+
/// | write id | address |unit|c·f | owner  |generation| crc32c |length |key gen|
/// +----------+---------+----+----+--------+----------+--------+-------+-------+
/// ```
///
/// `address` counts sectors, `generation` is that of the segment around it, `unit` the sectors that
/// it takes there, `length` the stored bytes. `c·f` is the codec in the low four bits and the flags
/// above. 32 zero bytes are an *absent* entry: never written. An entry with [#UNMAPPED] is a
/// *tombstone*: reads as zeroes as of its write id. An entry without units occupies nothing on the
/// device (a tombstone, or a written block of zeroes).
public final class EntryFlyweight {
  static final int WRITE_ID_OFFSET = 0;
  static final int ADDRESS_OFFSET = WRITE_ID_OFFSET + Long.BYTES;
  static final int UNITS_OFFSET = ADDRESS_OFFSET + 6;
  static final int FLAGS_OFFSET = UNITS_OFFSET + 1;
  static final int OWNER_OFFSET = FLAGS_OFFSET + 1;
  static final int GENERATION_OFFSET = OWNER_OFFSET + Integer.BYTES;
  static final int CHECKSUM_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final int LENGTH_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int KEY_GENERATION_OFFSET = LENGTH_OFFSET + Short.BYTES;

  public static final int BYTES = KEY_GENERATION_OFFSET + Short.BYTES;

  /// Highest address: 48 bits of sectors.
  public static final long ADDRESS_MAX = (1L << 48) - 1;

  public static final int UNITS_MAX = 0xFF;

  /// Most stored bytes: those of a block.
  public static final int LENGTH_MAX = 4096;

  /// The codec's bits in the byte it shares with the flags.
  public static final int CODEC_MASK = 0x0F;

  /// All copies of the block are bad: reads of it fail until it is overwritten.
  public static final int POISONED = 0x40;

  /// Unmapped as of the write id.
  public static final int UNMAPPED = 0x80;

  private static final int UNITS_SHIFT = 48;
  private static final long FLAGS_BITS = 0xFFL << 56;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  public EntryFlyweight wrap(DirectBuffer source, int offset) {
    buffer.wrap(source, offset, BYTES);
    return this;
  }

  public boolean isAbsent() {
    return writeId() == 0;
  }

  public boolean isTombstone() {
    return (flags() & UNMAPPED) != 0;
  }

  public boolean isPoisoned() {
    return (flags() & POISONED) != 0;
  }

  /// Whether reads see written data: neither absent nor a tombstone.
  public boolean isMapped() {
    return writeId() != 0 && !isTombstone();
  }

  /// Whether it occupies bytes on the device.
  public boolean isStored() {
    return units() != 0;
  }

  /// Whether its length is one that a stored block has, and its units are what that takes. Whoever
  /// reads it trusts both.
  public boolean hasBlockLength() {
    return length() <= LENGTH_MAX && Sectors.holding(length()) == units();
  }

  public long writeId() {
    return buffer.getLong(WRITE_ID_OFFSET);
  }

  public long address() {
    return buffer.getLong(ADDRESS_OFFSET) & ADDRESS_MAX;
  }

  public int units() {
    return buffer.getByte(UNITS_OFFSET) & UNITS_MAX;
  }

  public int codec() {
    return buffer.getByte(FLAGS_OFFSET) & CODEC_MASK;
  }

  /// The flags, [#POISONED] and [#UNMAPPED], without the codec.
  public int flags() {
    return buffer.getByte(FLAGS_OFFSET) & 0xFF & ~CODEC_MASK;
  }

  public int owner() {
    return buffer.getInt(OWNER_OFFSET);
  }

  public int generation() {
    return buffer.getInt(GENERATION_OFFSET);
  }

  public int checksum() {
    return buffer.getInt(CHECKSUM_OFFSET);
  }

  public int length() {
    return buffer.getShort(LENGTH_OFFSET) & 0xFFFF;
  }

  public int keyGeneration() {
    return buffer.getShort(KEY_GENERATION_OFFSET) & 0xFFFF;
  }

  /// What the block is: whose, which version.
  public EntryFlyweight identity(int ownerLayer, long writeId) {
    buffer.putLong(WRITE_ID_OFFSET, writeId);
    buffer.putInt(OWNER_OFFSET, ownerLayer);
    return this;
  }

  /// Where its bytes are.
  public EntryFlyweight place(long address, int units, int generation) {
    long kept = buffer.getLong(ADDRESS_OFFSET) & FLAGS_BITS;
    buffer.putLong(ADDRESS_OFFSET, kept | ((long) units << UNITS_SHIFT) | address);
    buffer.putInt(GENERATION_OFFSET, generation);
    return this;
  }

  /// What its bytes are. `codecAndFlags` is a codec, or-ed with [#POISONED] where that holds.
  public EntryFlyweight content(int codecAndFlags, int length, int checksum, int keyGeneration) {
    buffer.putByte(FLAGS_OFFSET, (byte) codecAndFlags);
    buffer.putInt(CHECKSUM_OFFSET, checksum);
    buffer.putShort(LENGTH_OFFSET, (short) length);
    buffer.putShort(KEY_GENERATION_OFFSET, (short) keyGeneration);
    return this;
  }

  /// Makes it a tombstone of `ownerLayer` as of `writeId`.
  public EntryFlyweight tombstone(int ownerLayer, long writeId) {
    clear();
    identity(ownerLayer, writeId);
    buffer.putByte(FLAGS_OFFSET, (byte) UNMAPPED);
    return this;
  }

  /// Makes it absent.
  public EntryFlyweight clear() {
    buffer.setMemory(0, BYTES, (byte) 0);
    return this;
  }

  public EntryFlyweight copyFrom(EntryFlyweight other) {
    buffer.putBytes(0, other.buffer, 0, BYTES);
    return this;
  }

  public void copyTo(MutableDirectBuffer target, int offset) {
    target.putBytes(offset, buffer, 0, BYTES);
  }

  /// Whether all 32 bytes are those of `other`.
  public boolean isSameAs(EntryFlyweight other) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      if (buffer.getLong(at) != other.buffer.getLong(at)) {
        return false;
      }
    }
    return true;
  }

  /// Whether its bytes lie exactly there.
  public boolean isAt(long address, int generation) {
    return units() != 0 && address() == address && generation() == generation;
  }
}
