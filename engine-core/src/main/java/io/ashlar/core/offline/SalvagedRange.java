package io.ashlar.core.offline;

/// Blocks of a volume that are not what they should be, or may not be.
public record SalvagedRange(long firstBlock, long blocks, Kind kind) {
  /// What is wrong.
  public enum Kind {
    /// They were written, and no copy of what was written can be read. The image has zeroes there.
    UNREADABLE,
    /// The index of them is lost, or the last write of them was cut short by a power loss, or is
    /// damaged and nothing says that it became durable. The image has the newest version that can
    /// be read, or zeroes; a newer one, or an unmap, may be lost.
    UNCERTAIN
  }
}
