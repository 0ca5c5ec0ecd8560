package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.volume.VolumeId;
import java.nio.ByteBuffer;

/// The names under which hosts know a namespace, all from the volume's UUID, so that they are the
/// same on every node and for ever.
public final class NamespaceIdentity {
  private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000_0000L;
  private static final long FIRST_BYTE_FLAGS = 0x0300_0000_0000_0000L;
  private static final int SERIAL_DIGITS = 20;

  private NamespaceIdentity() {}

  /// The UUID's 16 bytes, the most significant first: used for the UUID and for the NGUID.
  public static byte[] uuidBytes(VolumeId volume) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(volume.uuid().getMostSignificantBits())
        .putLong(volume.uuid().getLeastSignificantBits())
        .array();
  }

  /// The UUID folded to 8 bytes, marked as locally administered and unicast.
  public static byte[] eui64Bytes(VolumeId volume) {
    long folded =
        volume.uuid().getMostSignificantBits()
            ^ Long.rotateLeft(volume.uuid().getLeastSignificantBits(), 29);
    return ByteBuffer.allocate(Long.BYTES)
        .putLong((folded & ~FIRST_BYTE_FLAGS) | LOCALLY_ADMINISTERED)
        .array();
  }

  /// The subsystem's serial number: the UUID's first 20 hexadecimal digits.
  public static String serialNumber(VolumeId volume) {
    return volume.toString().replace("-", "").substring(0, SERIAL_DIGITS);
  }
}
