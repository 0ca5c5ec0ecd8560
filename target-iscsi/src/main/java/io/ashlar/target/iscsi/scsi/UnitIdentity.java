package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.volume.VolumeId;

/// What a unit calls itself: the same for ever and on every path.
///
/// @param volumeId the volume
/// @param targetName the SCSI target device's name: its IQN
public record UnitIdentity(VolumeId volumeId, String targetName) {
  public static final String VENDOR = "ASHLAR";
  public static final String PRODUCT = "VOLUME";
  public static final String REVISION = "0001";

  private static final long NAA_LOCALLY_ASSIGNED = 0x3L << 60;
  private static final long NAA_MASK = (1L << 60) - 1;

  /// A locally assigned NAA identifier, folded from the volume's UUID.
  public long naa() {
    long high = volumeId.uuid().getMostSignificantBits();
    long low = volumeId.uuid().getLeastSignificantBits();
    return NAA_LOCALLY_ASSIGNED | ((Long.rotateLeft(high, 17) ^ low) & NAA_MASK);
  }

  String serialNumber() {
    return volumeId.toString();
  }
}
