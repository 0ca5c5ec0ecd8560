package io.ashlar.target.iscsi.scsi;

/// Commands about which blocks are mapped (SBC-4 §5).
final class ProvisioningCommands {
  /// WRITE SAME (16): no data are sent, write zeroes.
  static final int NO_DATA_OUT_FLAG = 0x01;

  private ProvisioningCommands() {}
}
