package io.ashlar.core.store;

import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.BlockRequest;

/// Hears of each record of a volume's history as it gets its write ids: in their order, without a
/// gap, and long before it is durable.
@FunctionalInterface
public interface HistoryListener {
  /// @param record good until this returns
  /// @param request what it belongs to; a request of the store's own where a host's was taken apart
  void onSequenced(SealedRecord record, BlockRequest request);
}
