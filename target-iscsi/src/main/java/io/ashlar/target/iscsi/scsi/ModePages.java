package io.ashlar.target.iscsi.scsi;

import org.agrona.concurrent.UnsafeBuffer;

/// The mode pages (SPC-4 §7.5, SBC-4 §6.5): `| PS·SPF·page | length | …`.
///
/// ```
/// 08 caching:      | 08 | 12 | … WCE … |                            20 bytes, all zero: no write cache
/// 0A control:      | 0A | 0A | D_SENSE | QAM | SWP | … | busy timeout (2) | … |   12 bytes
///                    0    1    2 bit 2   3     4 bit 3   8                 10
/// 1C exceptions:   | 1C | 0A | … |                                   12 bytes, nothing is reported
/// ```
final class ModePages {
  /// Which values of a page are wanted: the CDB's PC.
  enum Values {
    CURRENT,
    CHANGEABLE,
    DEFAULT
  }

  static final int CACHING = 0x08;
  static final int CONTROL = 0x0A;
  static final int EXCEPTIONS = 0x1C;
  static final int ALL = 0x3F;

  static final int CONTROL_BYTES = 12;
  private static final int CACHING_BYTES = 20;
  private static final int EXCEPTIONS_BYTES = 12;

  static final int SENSE_OFFSET = 2;
  static final int DESCRIPTOR_SENSE_FLAG = 0x04;
  static final int PROTECT_OFFSET = 4;
  static final int SOFTWARE_PROTECT_FLAG = 0x08;

  private static final int QUEUE_ALGORITHM_OFFSET = 3;
  private static final int UNRESTRICTED_REORDERING = 0x10;
  private static final int BUSY_TIMEOUT_OFFSET = 8;
  private static final int UNLIMITED = 0xFFFF;

  private ModePages() {}

  /// Whether there is such a page.
  static boolean has(int page) {
    return page == CACHING || page == CONTROL || page == EXCEPTIONS || page == ALL;
  }

  /// Writes the pages asked for.
  ///
  /// @return where they end
  static int write(UnsafeBuffer out, int at, int page, Values values, UnitModes modes) {
    int end = at;
    if (page == CACHING || page == ALL) {
      end = blank(out, end, CACHING, CACHING_BYTES);
    }
    if (page == CONTROL || page == ALL) {
      end = control(out, end, values, modes);
    }
    if (page == EXCEPTIONS || page == ALL) {
      end = blank(out, end, EXCEPTIONS, EXCEPTIONS_BYTES);
    }
    return end;
  }

  private static int blank(UnsafeBuffer out, int at, int page, int bytes) {
    out.setMemory(at, bytes, (byte) 0);
    out.putByte(at, (byte) page);
    out.putByte(at + 1, (byte) (bytes - 2));
    return at + bytes;
  }

  private static int control(UnsafeBuffer out, int at, Values values, UnitModes modes) {
    int end = blank(out, at, CONTROL, CONTROL_BYTES);
    boolean changeable = values == Values.CHANGEABLE;
    boolean current = values == Values.CURRENT;
    boolean sense = changeable || (current && modes.senseFormat() == SenseFormat.DESCRIPTOR);
    boolean protect = changeable || (current && modes.isWriteProtected());
    out.putByte(at + SENSE_OFFSET, (byte) (sense ? DESCRIPTOR_SENSE_FLAG : 0));
    out.putByte(at + PROTECT_OFFSET, (byte) (protect ? SOFTWARE_PROTECT_FLAG : 0));
    if (!changeable) {
      out.putByte(at + QUEUE_ALGORITHM_OFFSET, (byte) UNRESTRICTED_REORDERING);
      Wire.putShort(out, at + BUSY_TIMEOUT_OFFSET, UNLIMITED);
    }
    return end;
  }
}
