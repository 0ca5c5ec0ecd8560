package io.ashlar.core.store;

import io.ashlar.core.volume.BlockStatus;

/// Where the outcome of a change to the catalogue goes, on the shard's thread.
@FunctionalInterface
public interface CatalogChange {
  /// The change is durable and in force ([BlockStatus#OK]), or did not happen.
  void onDone(BlockStatus status);
}
