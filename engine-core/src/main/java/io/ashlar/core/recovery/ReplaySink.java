package io.ashlar.core.recovery;

import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.segment.GroupWindow;

/// Rebuilds state from the log's groups, in order.
@FunctionalInterface
public interface ReplaySink {
  /// Takes a group; its header is sound, its payload is unless `damaged`.
  ///
  /// @throws CorruptRecordException if the damage is where the lane cannot do without
  void replay(GroupWindow group, boolean damaged) throws CorruptRecordException;
}
