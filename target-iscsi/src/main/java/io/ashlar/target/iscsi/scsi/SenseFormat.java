package io.ashlar.target.iscsi.scsi;

/// The two ways to write sense data; the control mode page's D_SENSE chooses.
public enum SenseFormat {
  FIXED,
  DESCRIPTOR
}
