package io.ashlar.replication.pipeline;

import io.ashlar.core.format.WriteId;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import org.jspecify.annotations.Nullable;

/// Another member of a volume, as its primary sees it.
final class Follower {
  private enum State {
    /// It is to be asked how far it has the volume.
    UNKNOWN,
    /// It was asked.
    ASKED,
    /// It has told, and has what the primary has, up to the present epoch or not.
    TOLD,
    /// It gets what is written, and what it lacks.
    CATCHING_UP,
    /// It has everything, and gets what is written.
    LEVEL
  }

  final PeerLink peer;
  private State state = State.UNKNOWN;

  /// Whether nothing is acknowledged without it.
  private boolean isRequired;

  /// The end of its contiguous durable prefix, as far as it has told.
  private long durable;

  private VolumeHistory history = new VolumeHistory();
  private long askFromNs = Long.MIN_VALUE;
  private @Nullable CatchUp catchUp;
  private long fetchedBefore;

  Follower(PeerLink peer, boolean isRequired) {
    this.peer = peer;
    this.isRequired = isRequired;
  }

  boolean isRequired() {
    return isRequired;
  }

  void require(boolean required) {
    isRequired = required;
  }

  long durable() {
    return durable;
  }

  boolean isLevel() {
    return state == State.LEVEL;
  }

  boolean hasTold() {
    return state == State.TOLD;
  }

  boolean isUnknown() {
    return state == State.UNKNOWN;
  }

  @Nullable CatchUp catchUp() {
    return catchUp;
  }

  /// Bytes that it was sent of what it lacked.
  long fetchedBytes() {
    return fetchedBefore + (catchUp == null ? 0 : catchUp.fetchedBytes());
  }

  /// Whether it is sent each record that is sequenced.
  boolean isStreaming() {
    return state == State.LEVEL || (catchUp != null && catchUp.isStreaming());
  }

  /// Asks it, if it is time to.
  boolean ask(int epoch, VolumeId id, long nowNs) {
    boolean isDue = state == State.UNKNOWN && nowNs >= askFromNs && peer.link().isConnected();
    if (!isDue || !peer.say(MessageFlyweight.ASK, epoch, id, 0)) {
      return false;
    }
    state = State.ASKED;
    return true;
  }

  /// When it is to be asked.
  long askFromNs() {
    return state == State.UNKNOWN ? askFromNs : Long.MAX_VALUE;
  }

  void told(VolumeHistory itsOwn) {
    if (state == State.ASKED) {
      state = State.TOLD;
      history = itsOwn;
      durable = itsOwn.certain();
    }
  }

  /// What it has, as it told last.
  VolumeHistory history() {
    return history;
  }

  /// Whether that is everything up to an id, and nothing else.
  boolean hasAllUpTo(long writeId) {
    return !history.isCatchingUp() && !history.hasTail() && durable == writeId;
  }

  /// The epoch begins behind all that it has: it takes part from the beginning.
  void begin() {
    state = State.LEVEL;
  }

  void catchUp(CatchUp begun) {
    catchUp = begun;
    state = State.CATCHING_UP;
  }

  void durable(long writeId) {
    if (state == State.CATCHING_UP && catchUp != null && catchUp.isEndedBy(writeId)) {
      fetchedBefore += catchUp.fetchedBytes();
      catchUp = null;
      state = State.LEVEL;
    }
    if (state == State.LEVEL) {
      durable = Math.max(durable, writeId);
    }
  }

  /// What it was sent is lost, or it did not take it: it is asked anew, not before a time.
  void lost(long notBeforeNs) {
    state = State.UNKNOWN;
    askFromNs = notBeforeNs;
    if (catchUp != null) {
      fetchedBefore += catchUp.fetchedBytes();
      catchUp.stop();
      catchUp = null;
    }
  }

  void append(int epoch, VolumeId id, SealedRecord record) {
    if (isStreaming()) {
      peer.append(epoch, id, record);
    }
  }

  @Override
  public String toString() {
    return "node %d %s%s%s, durable to %s%s"
        .formatted(
            peer.node(),
            state,
            isRequired ? ", required" : "",
            history.isCatchingUp() ? ", had a gap" : "",
            WriteId.text(durable),
            catchUp == null ? "" : ", " + catchUp);
  }
}
