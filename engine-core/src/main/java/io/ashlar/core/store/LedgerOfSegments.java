package io.ashlar.core.store;

import io.ashlar.core.index.SpaceLedger;
import io.ashlar.core.segment.SegmentTable;

/// Passes what the index counts on to the segment table, which is of the same level and does not
/// know it.
record LedgerOfSegments(SegmentTable segments) implements SpaceLedger {
  @Override
  public void treeAdded(long address, int generation, int units) {
    segments.countTree(address, generation, units);
  }

  @Override
  public void treeRemoved(long address, int generation, int units) {
    segments.countTree(address, generation, -units);
  }

  @Override
  public void deltaAdded(long address, int generation, int units) {
    segments.countDelta(address, generation, units);
  }

  @Override
  public void deltaRemoved(long address, int generation, int units) {
    segments.countDelta(address, generation, -units);
  }
}
