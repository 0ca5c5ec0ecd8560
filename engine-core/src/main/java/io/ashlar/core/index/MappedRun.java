package io.ashlar.core.index;

/// Receives the answer of [BlockIndex#mappedRun]. Allocated once by its owner and reused.
public final class MappedRun {
  boolean mapped;
  long blocks;
  final PagePlace damage = new PagePlace();

  /// Whether the run's blocks hold data.
  public boolean isMapped() {
    return mapped;
  }

  /// Length of the run: at least 1. The next block may be of the same kind.
  public long blocks() {
    return blocks;
  }

  /// After [LookupResult#DAMAGED]: the page that cannot be used.
  public PagePlace damage() {
    return damage;
  }
}
