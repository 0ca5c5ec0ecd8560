package io.ashlar.daemon.node;

import io.ashlar.core.base.ShardAgent;
import io.ashlar.core.qos.ThrottledVolume;
import java.util.ArrayList;
import java.util.List;

/// Gives their turns to the volumes that have limits or had them; the others need none. Belongs to
/// the shard.
final class ThrottleTurns implements ShardAgent {
  private final List<ThrottledVolume> limited = new ArrayList<>();

  /// Looks again at a volume whose limits changed. It stays while requests wait in it.
  void reconsider(ThrottledVolume volume) {
    if (volume.limits().isUnlimited() && volume.waiting() == 0) {
      limited.remove(volume);
    } else if (!limited.contains(volume)) {
      limited.add(volume);
    }
  }

  void remove(ThrottledVolume volume) {
    limited.remove(volume);
  }

  @Override
  public int doWork(long nowNs) {
    int work = 0;
    for (int i = 0; i < limited.size(); i++) {
      work += limited.get(i).doWork(nowNs);
    }
    return work;
  }

  @Override
  public long deadlineNs() {
    long first = Long.MAX_VALUE;
    for (int i = 0; i < limited.size(); i++) {
      first = Math.min(first, limited.get(i).deadlineNs());
    }
    return first;
  }
}
