package io.ashlar.target.iscsi.scsi;

import org.agrona.DirectBuffer;

/// Where a CDB has its allocation length or parameter list length.
record LengthField(int offset, int bytes) {
  static final LengthField NONE = new LengthField(0, 0);

  /// The length that the CDB tells; without a field, no limit.
  long of(DirectBuffer cdb) {
    return switch (bytes) {
      case 1 -> cdb.getByte(offset) & 0xFF;
      case 2 -> Wire.getShort(cdb, offset);
      case 4 -> Wire.getUnsignedInt(cdb, offset);
      default -> Long.MAX_VALUE;
    };
  }
}
