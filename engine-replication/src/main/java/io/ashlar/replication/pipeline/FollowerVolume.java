package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.DivergedScan;
import io.ashlar.core.store.HistoryListener;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A volume at a node that follows: it takes the primary's records in their order and says how far
/// they are durable. Nobody reads here. Where it lacks something it is told to take part again,
/// says what it has that is no part of the history, and gets the rest.
final class FollowerVolume implements HistoryListener {
  private static final long NOTHING = -1;

  private final VolumeId id;
  private final LogStore store;
  private final VolumeHistory history;
  private final DueFollowers due;
  private final SealedRecord record = new SealedRecord();
  private @Nullable PeerLink primary;
  private int epoch;
  private long told = NOTHING;

  /// Whether the primary asked how far this is, and was not answered.
  private boolean isAsked;

  /// The id after which this replica takes part again, while it is to report what it has that is no
  /// part of the history.
  private long reportAfter = NOTHING;

  private @Nullable DivergedScan report;

  /// Whether [#report] has something in hand that was not told.
  private boolean holdsRun;

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

  /// A newer epoch began, with whoever leads it: records of older ones are refused from now on.
  void fence(int newer) {
    epoch = Math.max(epoch, newer);
  }

  /// Somebody leads, and asks how far this is. What older primaries say is refused from now on.
  ///
  /// @return false if the answer cannot be given now
  boolean onAsk(PeerLink from, int fromEpoch) {
    if (fromEpoch < epoch) {
      return refuse(from, epoch);
    }
    listenTo(from, fromEpoch);
    reportAfter = NOTHING;
    report = null;
    isAsked = true;
    due.add(this);
    return true;
  }

  private void listenTo(PeerLink from, int fromEpoch) {
    primary = from;
    epoch = fromEpoch;
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
    if (!isSound || isAsked || store.isFailed() || !store.follows(id, record)) {
      return refuse(from, fromEpoch);
    }
    if (!store.append(id, record)) {
      return false;
    }
    listenTo(from, fromEpoch);
    if (record.record().type() == RecordType.REJOIN) {
      reportAfter = record.record().writeId();
      told = NOTHING;
    }
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

  /// Says what there is to say.
  ///
  /// @return false if there is more, or no room for it now
  boolean tell() {
    PeerLink to = primary;
    if (to == null) {
      return true;
    }
    if (isAsked) {
      return answer(to);
    }
    if (reportAfter != NOTHING && history.ahead() >= reportAfter) {
      return report(to);
    }
    long durable = history.durable();
    if (history.isCatchingUp() || durable <= told) {
      return true;
    }
    boolean isSaid = to.say(MessageFlyweight.DURABLE, epoch, id, durable);
    told = isSaid ? durable : told;
    return isSaid;
  }

  /// All that was taken must be durable first: it would only become so after the answer.
  private boolean answer(PeerLink to) {
    if (!history.isSettled()) {
      return true;
    }
    boolean isSaid = to.position(epoch, id, history);
    isAsked = !isSaid;
    told = NOTHING;
    return isSaid;
  }

  private boolean report(PeerLink to) {
    DivergedScan scan = report;
    if (scan == null) {
      scan = store.diverged(id, history.durable());
      report = scan;
      holdsRun = false;
    }
    while (holdsRun || scan.next()) {
      holdsRun = true;
      if (!to.diverged(epoch, id, scan)) {
        return false;
      }
      holdsRun = false;
    }
    if (scan.hasFailed()) {
      // The primary begins anew, later; what is damaged is told by the store's health.
      reportAfter = NOTHING;
      report = null;
      return refuse(to, epoch);
    }
    if (!scan.isDone() || !to.say(MessageFlyweight.REPORTED, epoch, id, reportAfter)) {
      return false;
    }
    reportAfter = NOTHING;
    report = null;
    return true;
  }

  /// The primary's node lives anew, or somebody else leads: what was said is forgotten there.
  void forget(PeerLink peer) {
    if (primary == peer) {
      primary = null;
      told = NOTHING;
      isAsked = false;
      reportAfter = NOTHING;
      report = null;
    }
  }
}
