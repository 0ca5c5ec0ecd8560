package io.ashlar.core.format;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Where one page of a layer's tree lies.
///
/// ```
/// 0                 8         14   15   16       20         24       28
/// +-----------------+---------+----+----+--------+----------+--------+---------+
/// | highest write id| address |unit|flag| owner  |generation| crc32c | present |
/// +-----------------+---------+----+----+--------+----------+--------+---------+
/// ```
///
/// `highest write id` is that of all entries below, so that a reader who looks for changes skips
/// what did not change. `present` counts the entries below that are not absent, saturating. 32 zero
/// bytes are an *absent* pointer. [#UNMAPPED] makes it a *tombstone* for the whole subtree, without
/// a page. [#INHERITED] stands for the whole tree of `owner`. A pointer with a page whose owner is
/// not the layer of the tree it lies in is *foreign*: its address is a hint, the owner's tree knows
/// the page.
public final class PointerFlyweight {
  static final int WRITE_ID_OFFSET = 0;
  static final int ADDRESS_OFFSET = WRITE_ID_OFFSET + Long.BYTES;
  static final int UNITS_OFFSET = ADDRESS_OFFSET + 6;
  static final int FLAGS_OFFSET = UNITS_OFFSET + 1;
  static final int OWNER_OFFSET = FLAGS_OFFSET + 1;
  static final int GENERATION_OFFSET = OWNER_OFFSET + Integer.BYTES;
  static final int CHECKSUM_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final int PRESENT_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

  public static final int BYTES = PRESENT_OFFSET + Integer.BYTES;

  /// The page is stored without a bitmap: every slot is present.
  public static final int FULL = 0x01;

  /// The owner's tree as a whole.
  public static final int INHERITED = 0x02;

  /// The whole subtree is unmapped as of the write id.
  public static final int UNMAPPED = 0x80;

  private static final int UNITS_SHIFT = 48;
  private static final long FLAGS_BITS = 0xFFL << 56;

  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

  public PointerFlyweight wrap(DirectBuffer source, int offset) {
    buffer.wrap(source, offset, BYTES);
    return this;
  }

  /// Shows what `other` shows: no bytes are copied.
  public PointerFlyweight wrap(PointerFlyweight other) {
    buffer.wrap(other.buffer);
    return this;
  }

  public boolean isAbsent() {
    return writeId() == 0 && flags() == 0;
  }

  public boolean isTombstone() {
    return (flags() & UNMAPPED) != 0;
  }

  public boolean isInherited() {
    return (flags() & INHERITED) != 0;
  }

  public boolean isFull() {
    return (flags() & FULL) != 0;
  }

  /// Whether it points to a page on the device.
  public boolean isStored() {
    return units() != 0;
  }

  public long writeId() {
    return buffer.getLong(WRITE_ID_OFFSET);
  }

  public long address() {
    return buffer.getLong(ADDRESS_OFFSET) & EntryFlyweight.ADDRESS_MAX;
  }

  public int units() {
    return buffer.getByte(UNITS_OFFSET) & EntryFlyweight.UNITS_MAX;
  }

  public int flags() {
    return buffer.getByte(FLAGS_OFFSET) & 0xFF;
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

  /// Entries below that are not absent, unsigned; `0xFFFF_FFFF` means that or more.
  public long present() {
    return buffer.getInt(PRESENT_OFFSET) & 0xFFFF_FFFFL;
  }

  /// What lies below: whose page, up to which version, how many entries.
  public PointerFlyweight summary(int ownerLayer, long highestWriteId, long present) {
    buffer.putLong(WRITE_ID_OFFSET, highestWriteId);
    buffer.putInt(OWNER_OFFSET, ownerLayer);
    buffer.putInt(PRESENT_OFFSET, (int) Math.min(present, 0xFFFF_FFFFL));
    return this;
  }

  /// Where the page is.
  public PointerFlyweight place(long address, int units, int generation) {
    long kept = buffer.getLong(ADDRESS_OFFSET) & FLAGS_BITS;
    buffer.putLong(ADDRESS_OFFSET, kept | ((long) units << UNITS_SHIFT) | address);
    buffer.putInt(GENERATION_OFFSET, generation);
    return this;
  }

  /// What the page's bytes are.
  public PointerFlyweight content(int flags, int checksum) {
    buffer.putByte(FLAGS_OFFSET, (byte) flags);
    buffer.putInt(CHECKSUM_OFFSET, checksum);
    return this;
  }

  /// Makes it a tombstone of `ownerLayer` for everything below as of `writeId`.
  public PointerFlyweight tombstone(int ownerLayer, long writeId) {
    clear();
    summary(ownerLayer, writeId, 0);
    buffer.putByte(FLAGS_OFFSET, (byte) UNMAPPED);
    return this;
  }

  /// Makes it stand for the whole tree of `ownerLayer`.
  public PointerFlyweight inherit(int ownerLayer) {
    clear();
    summary(ownerLayer, 0, 0);
    buffer.putByte(FLAGS_OFFSET, (byte) INHERITED);
    return this;
  }

  /// Makes it absent.
  public PointerFlyweight clear() {
    buffer.setMemory(0, BYTES, (byte) 0);
    return this;
  }

  public PointerFlyweight copyFrom(PointerFlyweight other) {
    buffer.putBytes(0, other.buffer, 0, BYTES);
    return this;
  }

  public void copyTo(MutableDirectBuffer target, int offset) {
    target.putBytes(offset, buffer, 0, BYTES);
  }

  /// Whether all 32 bytes are those of `other`.
  public boolean isSameAs(PointerFlyweight other) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      if (buffer.getLong(at) != other.buffer.getLong(at)) {
        return false;
      }
    }
    return true;
  }

  /// Whether its page lies exactly there.
  public boolean isAt(long address, int generation) {
    return units() != 0 && address() == address && generation() == generation;
  }
}
