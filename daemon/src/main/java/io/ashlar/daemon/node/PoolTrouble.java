package io.ashlar.daemon.node;

import io.ashlar.core.store.HealthLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs what the store complains of, and remembers the last of it for those who ask later. The
/// shard writes, any thread reads.
final class PoolTrouble implements HealthLog.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(PoolTrouble.class);

  private volatile String last = "";

  @Override
  public void onTrouble(String sentence) {
    last = sentence;
    LOG.error("{}", sentence);
  }

  /// The last complaint; empty if there was none.
  String last() {
    return last;
  }
}
