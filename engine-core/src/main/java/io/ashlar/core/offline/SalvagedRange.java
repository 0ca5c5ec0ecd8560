package io.ashlar.core.offline;

/// Blocks of a volume that are not what they should be, or may not be.
public record SalvagedRange(long firstBlock, long blocks, Kind kind) {
  /// What is wrong.
  public enum Kind {
    /// They were written, and no copy of what was written can be read. The image has zeroes there.
    UNREADABLE,
    /// The index of them is lost. The image has the newest version that was found, or zeroes; a
    /// newer one, or an unmap, may be lost.
    UNCERTAIN
  }
}
