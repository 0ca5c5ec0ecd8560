package io.ashlar.replication.metadata;

import io.ashlar.core.transform.WrappedKey;
import java.util.List;

/// A volume's writable layer and its keys.
///
/// @param id names the layer in every record, checksum and key; never used twice in a cluster
/// @param keys wrapped, by rising generation; the last one seals new blocks; empty for a plain
///   volume
public record LayerMetadata(int id, List<WrappedKey> keys) {
  public LayerMetadata {
    keys = List.copyOf(keys);
  }

  /// Whether new blocks are encrypted.
  public boolean isEncrypted() {
    return !keys.isEmpty();
  }
}
