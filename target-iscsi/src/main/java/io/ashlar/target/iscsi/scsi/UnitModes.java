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

  /// The control mode page's D_SENSE and SWP.
  void control(boolean descriptorSense, boolean writeProtected) {
    this.descriptorSense = descriptorSense;
    this.writeProtected = writeProtected;
  }

  UnitModes copy() {
    UnitModes copy = new UnitModes();
    copy.control(descriptorSense, writeProtected);
    return copy;
  }

  /// Takes over the control page's bits.
  ///
  /// @return whether any of them changed
  boolean take(UnitModes next) {
    boolean changes =
        next.descriptorSense != descriptorSense || next.writeProtected != writeProtected;
    control(next.descriptorSense, next.writeProtected);
    return changes;
  }

  void reset() {
    descriptorSense = false;
    writeProtected = false;
    stopped = false;
  }
}
