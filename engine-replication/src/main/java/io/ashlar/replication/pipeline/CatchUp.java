package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.segment.SealedRecordWriter;
import io.ashlar.core.store.ChangeScan;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A member that lacks something catches up, as its primary sees it. It is told where the epochs
/// began and from then on gets everything that is written; it says which of its blocks have a
/// version that is no part of the history, and these are written anew, with new ids, so that every
/// member has them; and it is sent what else is newer than the point up to which both have the
/// same.
final class CatchUp implements ChangeScan.Overwrites {
  private enum State {
    /// To be told where it takes part again.
    BEGINNING,
    /// It looks for what is no part of the history.
    REPORTING,
    /// It is sent what it lacks.
    FETCHING,
    /// It was told that this was all.
    ENDED,
    /// Something could not be read or written here: to be begun again later.
    FAILED
  }

  /// Records that one turn may send.
  private static final int RECORDS_PER_TURN = 16;

  private final VolumeId id;
  private final int epoch;
  private final LogStore store;
  private final VolumeHistory history;
  private final UncommittedWrites uncommitted;
  private final PeerLink peer;
  private final long common;
  private final DivergedBlocks diverged = new DivergedBlocks();
  private final Rewriting rewriting;
  private final SealedRecordWriter writer = new SealedRecordWriter();
  private State state = State.BEGINNING;
  private long start;
  private @Nullable ChangeScan scan;

  /// @param common up to where the member's history and this one are one
  CatchUp(PrimaryVolume primary, Followers.Source with, PeerLink peer, long common) {
    id = primary.id();
    epoch = primary.epoch();
    store = with.store();
    history = with.history();
    uncommitted = with.uncommitted();
    this.peer = peer;
    this.common = common;
    rewriting = new Rewriting(primary, diverged);
  }

  /// Whether the member gets what is written from now on.
  boolean isStreaming() {
    return state == State.REPORTING || state == State.FETCHING || state == State.ENDED;
  }

  /// Whether the member has everything, if it says that it is durable up to `writeId`.
  boolean isEndedBy(long writeId) {
    return state == State.ENDED && writeId >= start;
  }

  boolean hasFailed() {
    return state == State.FAILED;
  }

  /// Bytes of records that the member was sent beside what is written now.
  long fetchedBytes() {
    return scan == null ? 0 : scan.fetchedBytes();
  }

  /// How much is left to look at, in blocks of the volume.
  long nextBlock() {
    return scan == null ? 0 : scan.nextBlock();
  }

  void onSequenced(long from, long end) {
    if (scan != null) {
      scan.onSequenced(from, end);
    }
  }

  void onDiverged(long from, long blocks, boolean isUnmapped) {
    if (state == State.REPORTING && !diverged.add(from, from + blocks, isUnmapped)) {
      state = State.FAILED;
    }
  }

  void onReported(long after) {
    if (state == State.REPORTING && after == start) {
      diverged.complete();
    }
  }

  void stop() {
    state = State.FAILED;
    if (scan != null) {
      scan.stop();
    }
  }

  /// @return how much was done
  int doWork() {
    return switch (state) {
      case BEGINNING -> begin();
      case REPORTING -> search();
      case FETCHING -> fetch();
      case ENDED, FAILED -> 0;
    };
  }

  private int begin() {
    UnsafeBuffer payload = new UnsafeBuffer(new byte[VolumeHistory.BYTES_MAX]);
    int length = history.encode(payload);
    long from = history.sequenced();
    int bytes = RecordFlyweight.BYTES + Sectors.align(length, Sectors.BYTES);
    int at = peer.appending(epoch, id, from, bytes);
    if (at < 0) {
      return 0;
    }
    writer
        .begin(peer.link().memory(), at, RecordType.REJOIN, store.layer(id), 0)
        .place(from, 0, common)
        .payload(payload, length, new Crc32c());
    peer.appended(at, writer.bytes());
    start = from;
    state = State.REPORTING;
    return 1;
  }

  /// What was sequenced before the member took part is looked up when it is published.
  private int search() {
    if (!diverged.isComplete() || history.durable() < start) {
      return 0;
    }
    scan = store.changes(id, common, this);
    state = State.FETCHING;
    return 1;
  }

  private int fetch() {
    ChangeScan fetched = scan;
    if (fetched == null) {
      return 0;
    }
    int work = rewriting.doWork();
    for (int sent = 0; sent < RECORDS_PER_TURN && send(fetched); sent++) {
      work++;
    }
    if (fetched.hasFailed() || rewriting.hasFailed()) {
      stop();
    } else if (fetched.isDone() && rewriting.isDone() && end()) {
      work++;
    }
    return work;
  }

  private boolean send(ChangeScan fetched) {
    int bytes = fetched.nextBytes();
    if (bytes == 0 || !peer.hasRoomToSpare(bytes)) {
      return false;
    }
    int at = peer.appending(epoch, id, 0, bytes);
    if (at < 0) {
      return false;
    }
    fetched.take(peer.link().memory(), at);
    peer.appended(at, bytes);
    return true;
  }

  private boolean end() {
    int at = peer.appending(epoch, id, history.sequenced(), RecordFlyweight.BYTES);
    if (at < 0) {
      return false;
    }
    writer
        .begin(peer.link().memory(), at, RecordType.LEVEL, store.layer(id), 0)
        .place(history.sequenced(), 0, 0);
    peer.appended(at, writer.bytes());
    state = State.ENDED;
    return true;
  }

  // Which blocks are left out: what is written now, and what is written anew.

  @Override
  public long next(long from, long end) {
    return diverged.next(from, uncommitted.nextAbove(from, end, history.durable()));
  }

  @Override
  public long endOf(long block) {
    return Math.max(diverged.endOf(block), uncommitted.endAbove(block, history.durable()));
  }

  @Override
  public String toString() {
    return "%s from %s, %d blocks of a tail, at block %d"
        .formatted(state, WriteId.text(common), diverged.size(), nextBlock());
  }
}
