package io.ashlar.daemon.volume;

import io.ashlar.core.volume.VolumeId;
import java.util.List;

/// Where volumes' records are kept. Every change is durable when the call returns.
public interface VolumeRegistry {
  /// All records, in no order that matters.
  List<VolumeRecord> records();

  /// Adds or replaces a record.
  void put(VolumeRecord volume);

  void remove(VolumeId id);
}
