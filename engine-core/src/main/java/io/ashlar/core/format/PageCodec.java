package io.ashlar.core.format;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Crc32c;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// An index page, in memory and on the device. In memory it is 128 slots of 32 bytes, in order: a
/// leaf's are entries, an inner page's are pointers. On the device absent slots are left out:
///
/// ```
/// 0                 16
/// +-----------------+----------------+- - -+----------------+- - -
/// | presence bitmap | present slot   |     | present slot   | zeroes to the alignment
/// +-----------------+----------------+- - -+----------------+- - -
/// ```
///
/// A page whose slots are all present has no bitmap ([PointerFlyweight#FULL]), so that none is
/// longer than 4 KiB. Pages are read one by one, so they are padded to what the device aligns to.
/// The pointer to a page holds the CRC-32C of all of it, seeded with layer, level and page number.
public final class PageCodec {
  public static final int SLOTS = 128;
  public static final int SLOT_BYTES = 32;
  public static final int PAGE_BYTES = SLOTS * SLOT_BYTES;

  static final int BITMAP_BYTES = SLOTS / Byte.SIZE;

  static {
    Check.that(EntryFlyweight.BYTES == SLOT_BYTES, "an entry fills a slot");
    Check.that(PointerFlyweight.BYTES == SLOT_BYTES, "a pointer fills a slot");
    Check.that(
        BITMAP_BYTES + (SLOTS - 1) * SLOT_BYTES <= PAGE_BYTES, "a page with a bitmap fits a frame");
  }

  private final int alignmentBytes;
  private final Crc32c crc = new Crc32c();

  /// @param alignmentBytes the device's, 512 or 4096
  public PageCodec(int alignmentBytes) {
    Check.that(PAGE_BYTES % alignmentBytes == 0, "a page is aligned", alignmentBytes);
    this.alignmentBytes = alignmentBytes;
  }

  /// Whether a slot of a page in memory is absent: neither a version nor flags.
  private static boolean isAbsent(DirectBuffer page, int slot) {
    int at = slot * SLOT_BYTES;
    return page.getLong(at) == 0 && page.getByte(at + EntryFlyweight.FLAGS_OFFSET) == 0;
  }

  /// Present slots of a page in memory.
  public static int countPresent(DirectBuffer page) {
    int present = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      if (!isAbsent(page, slot)) {
        present++;
      }
    }
    return present;
  }

  /// Packs a page for the device and pads it with zeroes.
  ///
  /// @return the length in bytes, aligned
  public int encode(DirectBuffer page, MutableDirectBuffer target) {
    int present = countPresent(page);
    if (present == SLOTS) {
      target.putBytes(0, page, 0, PAGE_BYTES);
      return PAGE_BYTES;
    }
    target.setMemory(0, BITMAP_BYTES, (byte) 0);
    int at = BITMAP_BYTES;
    for (int slot = 0; slot < SLOTS; slot++) {
      if (!isAbsent(page, slot)) {
        int octet = slot >>> 3;
        target.putByte(octet, (byte) (target.getByte(octet) | (1 << (slot & 7))));
        target.putBytes(at, page, slot * SLOT_BYTES, SLOT_BYTES);
        at += SLOT_BYTES;
      }
    }
    int lengthBytes = Sectors.align(at, alignmentBytes);
    target.setMemory(at, lengthBytes - at, (byte) 0);
    return lengthBytes;
  }

  /// The checksum that a pointer to the page carries.
  public int checksum(int layer, int level, long page, DirectBuffer stored, int lengthBytes) {
    return crc.ofSeeded(layer, level, page, stored, 0, lengthBytes);
  }

  /// Unpacks a page in place: `page` holds what was read and afterwards the 128 slots. The checksum
  /// was verified before.
  ///
  /// @param units as the pointer to the page says
  /// @return whether the bytes are a page; if not, `page` holds nothing of use
  public boolean decode(MutableDirectBuffer page, int units, boolean full) {
    if (full) {
      return Sectors.toBytes(units) == PAGE_BYTES && countPresent(page) == SLOTS;
    }
    long low = page.getLong(0);
    long high = page.getLong(Long.BYTES);
    int present = Long.bitCount(low) + Long.bitCount(high);
    int lengthBytes = BITMAP_BYTES + present * SLOT_BYTES;
    if (present == SLOTS || Sectors.align(lengthBytes, alignmentBytes) != Sectors.toBytes(units)) {
      return false;
    }
    spread(page, low, high, present);
    return countPresent(page) == present;
  }

  /// Moves the packed slots to their places, the last first, so that none is overwritten before it
  /// moved. Once the slots left are a gapless run from slot 0, they move together.
  private static void spread(MutableDirectBuffer page, long low, long high, int present) {
    int left = present;
    int slot = SLOTS - 1;
    while (slot >= left && (slot > left || isSet(low, high, slot))) {
      int at = slot * SLOT_BYTES;
      if (isSet(low, high, slot)) {
        left--;
        page.putBytes(at, page, BITMAP_BYTES + left * SLOT_BYTES, SLOT_BYTES);
      } else {
        page.setMemory(at, SLOT_BYTES, (byte) 0);
      }
      slot--;
    }
    page.putBytes(0, page, BITMAP_BYTES, left * SLOT_BYTES);
    if (slot >= left) {
      page.setMemory(left * SLOT_BYTES, (slot + 1 - left) * SLOT_BYTES, (byte) 0);
    }
  }

  private static boolean isSet(long low, long high, int slot) {
    return ((slot < Long.SIZE ? low : high) & (1L << slot)) != 0;
  }
}
