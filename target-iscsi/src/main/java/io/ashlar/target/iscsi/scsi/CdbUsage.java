package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.base.Check;
import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// Which bits of a command's CDB mean something, as REPORT SUPPORTED OPERATION CODES tells it; a
/// bit outside must be zero. The first byte is the opcode, and a service action's bits are its
/// value.
final class CdbUsage {
  private static final int SERVICE_ACTION_MASK = 0x1F;

  private final byte[] bits;

  /// @param hex the bytes in hexadecimal, spaces between them
  CdbUsage(String hex) {
    bits = HexFormat.of().parseHex(hex.replace(" ", ""));
    Check.that(
        bits.length == Cdb.lengthBytes(opcode()), "usage data are as long as the CDB", opcode());
  }

  private CdbUsage(byte[] bits) {
    this.bits = bits;
  }

  CdbUsage withServiceAction(int value) {
    byte[] changed = bits.clone();
    changed[1] = (byte) ((bits[1] & ~SERVICE_ACTION_MASK) | value);
    return new CdbUsage(changed);
  }

  int opcode() {
    return bits[0] & 0xFF;
  }

  int lengthBytes() {
    return bits.length;
  }

  void write(MutableDirectBuffer out, int at) {
    out.putBytes(at, bits);
  }

  /// The first byte of `cdb` that has a bit set which means nothing, or -1.
  int firstReservedByteSet(DirectBuffer cdb, boolean hasServiceAction) {
    for (int i = 1; i < bits.length; i++) {
      int serviceAction = i == 1 && hasServiceAction ? SERVICE_ACTION_MASK : 0;
      if ((cdb.getByte(i) & ~(bits[i] | serviceAction)) != 0) {
        return i;
      }
    }
    return -1;
  }
}
