package io.ashlar.core.store;

import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.BlockRequest;

/// Hears of each record of a volume's history as it gets its write ids: in their order, without a
/// gap, and long before it is durable; and then of that.
@FunctionalInterface
public interface HistoryListener {
  /// @param record good until this returns
  /// @param request what it belongs to; a request of the store's own where a host's was taken apart
  void onSequenced(SealedRecord record, BlockRequest request);

  /// Asked just before a record is sequenced: whether one of so many bytes can be taken now. If
  /// not, the volume's writes wait, and those of others behind them.
  default boolean admits(int recordBytes) {
    return true;
  }

  /// All up to `lastWriteId` is durable and published here; the requests that belong to it complete
  /// next.
  default void onDurable(long lastWriteId) {}
}
