package io.ashlar.target.iscsi.scsi;

import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// What is known of a failure, kept until it is written in the format that the unit's control mode
/// page asks for (SPC-4 §4.5).
///
/// ```
/// fixed:  |V 0x70|  |   key  | INFORMATION (4) |len=10| CMD-SPECIFIC (4)|ASC|ASCQ|FRU| SKS (3) |
///          0      1  2        3                 7      8                 12  13   14  15     18
/// descriptor: | 0x72 | key | ASC | ASCQ | 0 0 0 | len | descriptors
///              0      1     2     3      4       7     8
///   information:        | 0x00 | 0x0A |V|  | 0 | INFORMATION (8) |
///   sense key specific: | 0x02 | 0x06 | 0 0 | SKS (3) | 0 |
/// ```
public final class SenseData {
  /// The longest that [#write] makes.
  public static final int BYTES_MAX = 8 + 12 + 8;

  static final int FIXED_BYTES = 18;

  private static final int FIXED_CURRENT = 0x70;
  private static final int DESCRIPTOR_CURRENT = 0x72;
  private static final int VALID = 0x80;
  private static final int FIELD_POINTER_VALID = 0x80;
  private static final int FIELD_IN_CDB = 0x40;
  private static final int BIT_POINTER_VALID = 0x08;

  private Sense sense = Sense.NO_SENSE;
  private boolean hasInformation;
  private long information;
  private int fieldFlags;
  private int fieldByte;

  public Sense sense() {
    return sense;
  }

  void set(Sense sense) {
    this.sense = sense;
    hasInformation = false;
    fieldFlags = 0;
  }

  /// Adds the INFORMATION field: an LBA or an offset, as the sense code defines it.
  void information(long value) {
    hasInformation = true;
    information = value;
  }

  /// Points at the CDB's field in error.
  void fieldInCdb(int byteIndex, int bit) {
    fieldFlags = FIELD_POINTER_VALID | FIELD_IN_CDB | BIT_POINTER_VALID | bit;
    fieldByte = byteIndex;
  }

  /// Points at the parameter list's field in error.
  void fieldInParameters(int byteIndex) {
    fieldFlags = FIELD_POINTER_VALID;
    fieldByte = byteIndex;
  }

  /// Writes the sense data.
  ///
  /// @return their length
  public int write(MutableDirectBuffer out, int at, SenseFormat format) {
    return format == SenseFormat.DESCRIPTOR ? writeDescriptors(out, at) : writeFixed(out, at);
  }

  private int writeFixed(MutableDirectBuffer out, int at) {
    out.setMemory(at, FIXED_BYTES, (byte) 0);
    boolean fits = hasInformation && information >>> 32 == 0;
    out.putByte(at, (byte) (FIXED_CURRENT | (fits ? VALID : 0)));
    out.putByte(at + 2, (byte) sense.key);
    if (fits) {
      Wire.putInt(out, at + 3, (int) information);
    }
    out.putByte(at + 7, (byte) (FIXED_BYTES - 8));
    out.putByte(at + 12, (byte) sense.code);
    out.putByte(at + 13, (byte) sense.qualifier);
    writeField(out, at + 15);
    return FIXED_BYTES;
  }

  private int writeDescriptors(MutableDirectBuffer out, int at) {
    out.setMemory(at, BYTES_MAX, (byte) 0);
    out.putByte(at, (byte) DESCRIPTOR_CURRENT);
    out.putByte(at + 1, (byte) sense.key);
    out.putByte(at + 2, (byte) sense.code);
    out.putByte(at + 3, (byte) sense.qualifier);
    int end = at + 8;
    if (hasInformation) {
      out.putByte(end + 1, (byte) 0x0A);
      out.putByte(end + 2, (byte) VALID);
      Wire.putLong(out, end + 4, information);
      end += 12;
    }
    if (fieldFlags != 0) {
      out.putByte(end, (byte) 0x02);
      out.putByte(end + 1, (byte) 0x06);
      writeField(out, end + 4);
      end += 8;
    }
    out.putByte(at + 7, (byte) (end - at - 8));
    return end - at;
  }

  private void writeField(MutableDirectBuffer out, int at) {
    out.putByte(at, (byte) fieldFlags);
    if (fieldFlags != 0) {
      Wire.putShort(out, at + 1, fieldByte);
    }
  }

  /// Writes a unit attention or other condition that has no further particulars.
  static int write(@Nullable Sense sense, MutableDirectBuffer out, int at, SenseFormat format) {
    SenseData data = new SenseData();
    data.set(sense == null ? Sense.NO_SENSE : sense);
    return data.write(out, at, format);
  }
}
