package io.ashlar.core.gc;

/// Whoever shares the index's and the log's room between hosts and the cleaner.
public interface MoveAdmission {
  /// Whether so many blocks may be moved now.
  boolean admits(int blocks);

  /// A block of `units` was appended to its new place.
  void appended(int units);
}
