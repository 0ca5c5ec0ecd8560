package io.ashlar.target.iscsi.scsi;

import org.agrona.DirectBuffer;

/// EXTENDED COPY (LID1)'s parameter list (SPC-4 §6.4).
///
/// ```
/// | list id | STR·usage·priority | targets' length (2) | 0 (4) | segments' length (4) | inline length (4) |
///   0         1                    2                     4       8                      12                 16
/// target (32):  | E4 | type | relative port (2) | code set | association·type | 0 | length
///                 0    1      2                   4          5                      7
///               | designator (20) | pad | block length (3) |
///                 8                 28    29
/// segment (28): | 02 | DC·CAT | length (2) | source (2) | destination (2) | 0 (2) | blocks (2)
///                 0    1        2            4            6                 8       10
///               | source LBA (8) | destination LBA (8) |
///                 12               20
/// ```
final class ExtendedCopyParameters {
  static final int HEADER_BYTES = 16;
  static final int TARGET_BYTES = 32;
  static final int SEGMENT_BYTES = 28;

  static final int TARGETS_MAX = 16;
  static final int SEGMENTS_MAX = 16;
  static final int DESCRIPTORS_BYTES_MAX =
      TARGETS_MAX * TARGET_BYTES + SEGMENTS_MAX * SEGMENT_BYTES;

  /// The identification descriptor: a logical unit by its designator.
  static final int TARGET_BY_DESIGNATOR = 0xE4;

  static final int SEGMENT_BLOCK_TO_BLOCK = 0x02;

  private static final int TARGETS_LENGTH_OFFSET = 2;
  private static final int SEGMENTS_LENGTH_OFFSET = 8;
  private static final int INLINE_LENGTH_OFFSET = 12;

  private ExtendedCopyParameters() {}

  static int listId(DirectBuffer list) {
    return list.getByte(0) & 0xFF;
  }

  static int targetsBytes(DirectBuffer list) {
    return Wire.getShort(list, TARGETS_LENGTH_OFFSET);
  }

  static long segmentsBytes(DirectBuffer list) {
    return Wire.getUnsignedInt(list, SEGMENTS_LENGTH_OFFSET);
  }

  static long inlineBytes(DirectBuffer list) {
    return Wire.getUnsignedInt(list, INLINE_LENGTH_OFFSET);
  }

  static int target(int index) {
    return HEADER_BYTES + index * TARGET_BYTES;
  }

  static int segment(DirectBuffer list, int index) {
    return HEADER_BYTES + targetsBytes(list) + index * SEGMENT_BYTES;
  }

  static int typeAt(DirectBuffer list, int at) {
    return list.getByte(at) & 0xFF;
  }

  /// Whether the target's designator is an NAA identifier of 8 bytes, for a logical unit.
  static boolean isNaa(DirectBuffer list, int target) {
    return (list.getByte(target + 4) & 0x0F) == Designators.BINARY
        && (list.getByte(target + 5) & 0x3F) == Designators.TYPE_NAA
        && list.getByte(target + 7) == Long.BYTES;
  }

  static long naa(DirectBuffer list, int target) {
    return Wire.getLong(list, target + 8);
  }

  static int source(DirectBuffer list, int segment) {
    return Wire.getShort(list, segment + 4);
  }

  static int destination(DirectBuffer list, int segment) {
    return Wire.getShort(list, segment + 6);
  }

  static int blocks(DirectBuffer list, int segment) {
    return Wire.getShort(list, segment + 10);
  }

  static long sourceLba(DirectBuffer list, int segment) {
    return Wire.getLong(list, segment + 12);
  }

  static long destinationLba(DirectBuffer list, int segment) {
    return Wire.getLong(list, segment + 20);
  }
}
