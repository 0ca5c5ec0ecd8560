package io.ashlar.daemon.node;

import java.util.Locale;

/// What a node does.
public enum NodeState {
  /// Opens its pool; serves nobody.
  STARTING,
  /// Serves.
  READY,
  /// Lets hosts go, and ends.
  STOPPING,
  /// A shard found itself broken; the process ends and recovers when it is started again.
  FAILED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
