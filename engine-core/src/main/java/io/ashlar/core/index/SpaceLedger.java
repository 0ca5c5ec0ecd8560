package io.ashlar.core.index;

/// Where the index accounts for what it references, so that the store knows each segment's live
/// bytes. Every `…Added` is followed by at most one `…Removed` of the same place. An address in the
/// delta table counts as *delta*, one in a tree (entries and pages) or in a subtree on the reap
/// list as *tree*. Places in segments that were reused since (an older generation) are to be
/// ignored.
public interface SpaceLedger {
  void treeAdded(long address, int generation, int units);

  void treeRemoved(long address, int generation, int units);

  void deltaAdded(long address, int generation, int units);

  void deltaRemoved(long address, int generation, int units);
}
