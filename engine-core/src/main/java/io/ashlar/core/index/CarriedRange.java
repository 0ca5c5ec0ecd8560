package io.ashlar.core.index;

/// An unmapped range that could not be merged because a page in it is damaged. It is part of the
/// checkpoint and goes into the next generation of the delta table.
public final class CarriedRange {
  public int layer;

  /// First block.
  public long start;

  /// First block after it.
  public long end;

  public long writeId;
}
