package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.HistoryListener;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A volume at a node that follows: it takes the primary's records in their order and says how far
/// they are durable. Nobody reads here.
final class FollowerVolume implements HistoryListener {
  private final VolumeId id;
  private final LogStore store;
  private final VolumeHistory history;
  private final DueFollowers due;
  private final SealedRecord record = new SealedRecord();
  private @Nullable PeerLink primary;
  private int epoch;
  private long told;

  /// In the list of those that have something to say.
  @Nullable FollowerVolume nextDue;

  boolean isDue;

  /// @param epoch the newest that the metadata tell of; those who sequence in an older one are
  ///   refused
  FollowerVolume(VolumeId id, LogStore store, int epoch, DueFollowers due) {
    this.id = id;
    this.store = store;
    this.epoch = epoch;
    this.due = due;
    history = store.history(id);
    store.historyOf(id, this);
  }

  VolumeId id() {
    return id;
  }

  /// Takes a record.
  ///
  /// @return false if it, or the answer, cannot be taken now
  boolean onAppend(
      PeerLink from, int fromEpoch, UnsafeBuffer body, int offset, int length, Crc32c crc) {
    int known = Math.max(epoch, history.sequencedEpoch());
    if (fromEpoch < known) {
      return refuse(from, known);
    }
    boolean isSound = record.read(body, offset, length, crc) == null;
    if (!isSound || store.isFailed() || !store.follows(id, record)) {
      return refuse(from, fromEpoch);
    }
    if (!store.append(id, record)) {
      return false;
    }
    primary = from;
    epoch = fromEpoch;
    return true;
  }

  private boolean refuse(PeerLink from, int knownEpoch) {
    return from.say(MessageFlyweight.REFUSED, knownEpoch, id, history.durable());
  }

  @Override
  public void onSequenced(SealedRecord sealed, @Nullable BlockRequest request) {
    throw new IllegalStateException("a follower sequences nothing: " + id);
  }

  @Override
  public void onDurable(long lastWriteId) {
    due.add(this);
  }

  /// Says how far it has come, if that is more than it said before.
  ///
  /// @return false if there is no room for it now
  boolean tell() {
    long durable = history.durable();
    if (primary == null || durable <= told) {
      return true;
    }
    boolean isSaid = primary.say(MessageFlyweight.DURABLE, epoch, id, durable);
    told = isSaid ? durable : told;
    return isSaid;
  }

  /// The primary's node lives anew, or somebody else leads: what was said is forgotten there.
  void forget(PeerLink peer) {
    if (primary == peer) {
      primary = null;
      told = 0;
    }
  }
}
