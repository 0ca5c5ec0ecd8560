package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.VolumeGeometry;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/// INQUIRY's vital product data pages (SPC-4 §7.8, SBC-4 §6.6): `| PQ·type | page | length (2) |
/// …`.
final class VitalProductData {
  static final int SUPPORTED_PAGES = 0x00;
  static final int UNIT_SERIAL_NUMBER = 0x80;
  static final int DEVICE_IDENTIFICATION = 0x83;
  static final int EXTENDED_INQUIRY = 0x86;
  static final int BLOCK_LIMITS = 0xB0;
  static final int BLOCK_CHARACTERISTICS = 0xB1;
  static final int PROVISIONING = 0xB2;

  static final int HEADER_BYTES = 4;

  private static final byte[] PAGES = {
    (byte) SUPPORTED_PAGES,
    (byte) UNIT_SERIAL_NUMBER,
    (byte) DEVICE_IDENTIFICATION,
    (byte) EXTENDED_INQUIRY,
    (byte) BLOCK_LIMITS,
    (byte) BLOCK_CHARACTERISTICS,
    (byte) PROVISIONING
  };

  private static final int EXTENDED_BYTES = 64;
  private static final int LIMITS_BYTES = 64;
  private static final int CHARACTERISTICS_BYTES = 64;
  private static final int PROVISIONING_BYTES = 8;

  /// SIMPSUP, ORDSUP.
  private static final int TASK_ATTRIBUTES = 0x03;

  /// The medium does not rotate.
  private static final int SOLID_STATE = 1;

  private static final int UNMAP_WRITE_SAME_READ_ZEROES = 0xE4;
  private static final int THIN = 2;

  private VitalProductData() {}

  /// Writes a page.
  ///
  /// @return its length; 0 if there is no such page
  static int write(ScsiTask task, int page) {
    UnsafeBuffer out = task.data;
    int bytes =
        switch (page) {
          case SUPPORTED_PAGES -> supportedPages(out);
          case UNIT_SERIAL_NUMBER -> serialNumber(out, task.unit().identity());
          case DEVICE_IDENTIFICATION -> Designators.write(out, task.unit().identity());
          case EXTENDED_INQUIRY -> extended(out);
          case BLOCK_LIMITS -> limits(out, task.unit().geometry());
          case BLOCK_CHARACTERISTICS -> characteristics(out);
          case PROVISIONING -> provisioning(out);
          default -> 0;
        };
    if (bytes > 0) {
      out.putByte(0, (byte) InquiryCommand.peripheral(task));
      out.putByte(1, (byte) page);
      Wire.putShort(out, 2, bytes - HEADER_BYTES);
    }
    return bytes;
  }

  private static int supportedPages(UnsafeBuffer out) {
    out.putBytes(HEADER_BYTES, PAGES);
    return HEADER_BYTES + PAGES.length;
  }

  private static int serialNumber(UnsafeBuffer out, UnitIdentity identity) {
    byte[] text = identity.serialNumber().getBytes(StandardCharsets.US_ASCII);
    out.putBytes(HEADER_BYTES, text);
    return HEADER_BYTES + text.length;
  }

  private static int extended(UnsafeBuffer out) {
    out.setMemory(0, EXTENDED_BYTES, (byte) 0);
    out.putByte(5, (byte) TASK_ATTRIBUTES);
    // LUICLR: a unit attention is told to each nexus once, I_T by I_T
    out.putByte(7, (byte) 0x01);
    return EXTENDED_BYTES;
  }

  /// ```
  /// |hdr 4| WSNZ | max C&W | granularity (2) | max transfer (4) | optimal (4) | prefetch (4) |
  ///        4      5         6                 8                  12            16
  /// | max unmap LBAs (4) | descriptors (4) | granularity (4) | UGAVALID·alignment (4) |
  ///   20                   24                28                32
  /// | max WRITE SAME (8) | max atomic (4) | alignment (4) | granularity (4) | … 64
  ///   36                   44               48              52
  /// ```
  private static int limits(UnsafeBuffer out, VolumeGeometry geometry) {
    int block = geometry.logicalBlockBytes();
    int perMapped = VolumeGeometry.BLOCK_BYTES / block;
    int atomic = VolumeGeometry.ATOMIC_WRITE_BYTES_MAX / block;
    out.setMemory(0, LIMITS_BYTES, (byte) 0);
    out.putByte(5, (byte) Math.min(atomic, 255));
    Wire.putShort(out, 6, perMapped);
    Wire.putInt(out, 8, LogicalUnit.TRANSFER_BYTES_MAX / block);
    Wire.putInt(out, 12, atomic);
    Wire.putInt(out, 20, -1);
    Wire.putInt(out, 24, UnmapParameters.DESCRIPTORS_MAX);
    if (perMapped > 1) {
      // one block says nothing, and makes QEMU 7.2 ask about unaligned ranges and abort
      Wire.putInt(out, 28, perMapped);
      Wire.putInt(out, 32, 0x8000_0000);
    }
    Wire.putLong(out, 36, ProvisioningCommands.WRITE_SAME_BLOCKS_MAX);
    Wire.putInt(out, 44, atomic);
    return LIMITS_BYTES;
  }

  private static int characteristics(UnsafeBuffer out) {
    out.setMemory(0, CHARACTERISTICS_BYTES, (byte) 0);
    Wire.putShort(out, 4, SOLID_STATE);
    return CHARACTERISTICS_BYTES;
  }

  private static int provisioning(UnsafeBuffer out) {
    out.setMemory(0, PROVISIONING_BYTES, (byte) 0);
    out.putByte(5, (byte) UNMAP_WRITE_SAME_READ_ZEROES);
    out.putByte(6, (byte) THIN);
    return PROVISIONING_BYTES;
  }
}
