package io.ashlar.daemon.volume;

import io.ashlar.core.volume.VolumeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where volumes' records are kept: those of the volumes that live on this node. Every change is
/// durable when the call returns.
public interface VolumeRegistry {
  /// The records, in no order that matters.
  List<VolumeRecord> records();

  /// Adds or replaces a record.
  void put(VolumeRecord volume);

  void remove(VolumeId id);

  /// Where a volume lives that is none of [#records], as a sentence that says how to get at it;
  /// null if there is none.
  ///
  /// @param nameOrId the volume's
  default @Nullable String whereElse(String nameOrId) {
    return null;
  }
}
