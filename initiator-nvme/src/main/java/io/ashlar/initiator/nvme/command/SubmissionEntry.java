package io.ashlar.initiator.nvme.command;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A submission queue entry (NVM Express Base Specification 2.0 §3.3.3.1), reused by its command
/// slot.
///
/// ```
/// 0        1       2     4      8          24        40      44      48 … 64
/// +--------+-------+-----+------+----------+---------+-------+-------+-----+
/// | opcode | flags | cid | nsid | reserved | sgl1    | cdw10 | cdw11 | …15 |
/// +--------+-------+-----+------+----------+---------+-------+-------+-----+
/// ```
///
/// In a fabrics command byte 4 is the command type and 40 to 63 are its own.
public final class SubmissionEntry {
  public static final int OPCODE_OFFSET = 0;
  public static final int FLAGS_OFFSET = OPCODE_OFFSET + Byte.BYTES;
  public static final int COMMAND_ID_OFFSET = FLAGS_OFFSET + Byte.BYTES;
  public static final int NAMESPACE_OFFSET = COMMAND_ID_OFFSET + Short.BYTES;
  public static final int SGL_OFFSET = 24;
  public static final int SGL_LENGTH_OFFSET = SGL_OFFSET + Long.BYTES;
  public static final int SGL_TYPE_OFFSET = SGL_OFFSET + 15;
  public static final int CDW10_OFFSET = SGL_OFFSET + 16;
  public static final int LENGTH = 64;

  /// PSDT 01b: the data pointer is an SGL, as fabrics require.
  private static final int FLAG_SGL = 1 << 6;

  /// FUSE: this entry and the next are one fused operation.
  public static final int FUSED_FIRST = 1;

  /// FUSE: this entry and the one before it are one fused operation.
  public static final int FUSED_SECOND = 2;

  /// SGL Data Block descriptor by offset: the data is in the capsule.
  private static final int SGL_IN_CAPSULE = 0x01;

  /// Transport SGL Data Block descriptor: the transport moves the data.
  private static final int SGL_TRANSPORT = 0x5A;

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.LITTLE_ENDIAN);

  /// Starts a new command: everything else becomes zero.
  ///
  /// @param nsid the namespace, or in a fabrics command its type
  public SubmissionEntry begin(int opcode, int nsid) {
    for (int i = 0; i < LENGTH; i += Long.BYTES) {
      bytes.putLong(i, 0);
    }
    bytes.put(OPCODE_OFFSET, (byte) opcode);
    bytes.put(FLAGS_OFFSET, (byte) FLAG_SGL);
    bytes.putInt(NAMESPACE_OFFSET, nsid);
    return this;
  }

  /// Marks the entry as half of a fused operation.
  public void fuse(int half) {
    bytes.put(FLAGS_OFFSET, (byte) (FLAG_SGL | half));
  }

  public boolean isFused() {
    return (bytes.get(FLAGS_OFFSET) & (FUSED_FIRST | FUSED_SECOND)) != 0;
  }

  /// Sets command dword `index`, 10 to 15.
  public SubmissionEntry dword(int index, int value) {
    bytes.putInt(CDW10_OFFSET + (index - 10) * Integer.BYTES, value);
    return this;
  }

  /// Sets command dwords `index` and `index + 1` as one number.
  public SubmissionEntry quad(int index, long value) {
    bytes.putLong(CDW10_OFFSET + (index - 10) * Integer.BYTES, value);
    return this;
  }

  /// Describes data that follows in the capsule.
  public void dataInCapsule(int lengthBytes) {
    describe(SGL_IN_CAPSULE, lengthBytes);
  }

  /// Describes data that the transport moves, or none.
  public void dataByTransport(int lengthBytes) {
    describe(SGL_TRANSPORT, lengthBytes);
  }

  private void describe(int type, int lengthBytes) {
    bytes.putLong(SGL_OFFSET, 0);
    bytes.putInt(SGL_LENGTH_OFFSET, lengthBytes);
    bytes.putInt(SGL_LENGTH_OFFSET + Integer.BYTES, 0);
    bytes.put(SGL_TYPE_OFFSET, (byte) type);
  }

  public void commandId(int commandId) {
    bytes.putShort(COMMAND_ID_OFFSET, (short) commandId);
  }

  public int commandId() {
    return bytes.getShort(COMMAND_ID_OFFSET) & 0xFFFF;
  }

  public int opcode() {
    return bytes.get(OPCODE_OFFSET) & 0xFF;
  }

  /// The 64 bytes, for the capsule and for tests that want to bend them.
  public ByteBuffer bytes() {
    return bytes;
  }
}
