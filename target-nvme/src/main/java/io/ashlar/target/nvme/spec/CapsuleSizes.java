package io.ashlar.target.nvme.spec;

/// Capsule sizes as Identify Controller tells them, in units of 16 bytes (IOCCSZ, IORCSZ).
public final class CapsuleSizes {
  private static final int UNIT_BYTES = 16;

  private CapsuleSizes() {}

  /// A command capsule: the entry and the data that may follow it.
  public static int commandUnits(int inCapsuleBytes) {
    return (CommandFlyweight.LENGTH_BYTES + inCapsuleBytes) / UNIT_BYTES;
  }

  public static int responseUnits() {
    return CompletionFlyweight.LENGTH_BYTES / UNIT_BYTES;
  }
}
