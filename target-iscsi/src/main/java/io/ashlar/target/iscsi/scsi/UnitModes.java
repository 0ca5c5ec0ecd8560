package io.ashlar.target.iscsi.scsi;

/// What MODE SELECT and START STOP UNIT can change of a unit. Lost at power on: no page is saved.
final class UnitModes {
  private boolean descriptorSense;
  private boolean writeProtected;
  private boolean stopped;

  SenseFormat senseFormat() {
    return descriptorSense ? SenseFormat.DESCRIPTOR : SenseFormat.FIXED;
  }

  boolean isWriteProtected() {
    return writeProtected;
  }

  boolean isStopped() {
    return stopped;
  }

  void stopped(boolean now) {
    stopped = now;
  }

  void reset() {
    descriptorSense = false;
    writeProtected = false;
    stopped = false;
  }

  /// The control mode page's D_SENSE and SWP.
  void control(boolean descriptorSense, boolean writeProtected) {
    this.descriptorSense = descriptorSense;
    this.writeProtected = writeProtected;
  }
}
