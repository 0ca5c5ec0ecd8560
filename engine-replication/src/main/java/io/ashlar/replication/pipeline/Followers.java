package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Clock;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.lease.Heartbeats;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// The other members of a volume, as its primary sees them, and how far each is. Those in the
/// in-sync set are *required*: nothing is acknowledged without them. The others catch up.
public final class Followers {
  /// What members that catch up need of their primary.
  record Source(LogStore store, VolumeHistory history, UncommittedWrites uncommitted) {}

  /// How long after it refused, or was lost, a member is asked again.
  private static final long ASK_AGAIN_NS = 20_000_000L;

  private final List<Follower> all = new ArrayList<>();
  private final Clock clock;
  private final Source source;
  private int inSync;
  private int reservedRecords;
  private long reservedBytes;

  Followers(Clock clock, Source source) {
    this.clock = clock;
    this.source = source;
  }

  /// Has these and no others.
  ///
  /// @param peers all members
  /// @param required the nodes of those in the in-sync set
  void become(List<PeerLink> peers, SortedSet<Integer> required) {
    inSync = required.size();
    for (int i = all.size() - 1; i >= 0; i--) {
      Follower each = all.get(i);
      if (!peers.contains(each.peer)) {
        each.lost(Long.MAX_VALUE);
        each.peer.reserve(-reservedRecords, -reservedBytes);
        all.remove(i);
      }
    }
    for (PeerLink peer : peers) {
      boolean isRequired = required.contains(peer.node());
      Follower known = find(peer);
      if (known == null) {
        all.add(new Follower(peer, isRequired));
        peer.reserve(reservedRecords, reservedBytes);
      } else {
        known.require(isRequired);
      }
    }
  }

  /// Bytes that members which catch up, or did, were sent of what they lacked.
  public long fetchedBytes() {
    long bytes = 0;
    for (int i = 0; i < all.size(); i++) {
      bytes += all.get(i).fetchedBytes();
    }
    return bytes;
  }

  int size() {
    return all.size();
  }

  Follower get(int index) {
    return all.get(index);
  }

  @Nullable Follower find(PeerLink peer) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).peer == peer) {
        return all.get(i);
      }
    }
    return null;
  }

  @Nullable Follower onNode(int node) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).peer.node() == node) {
        return all.get(i);
      }
    }
    return null;
  }

  /// How many are in the in-sync set, as the metadata says: one that is about to join it counts for
  /// nothing yet.
  int inSync() {
    return inSync;
  }

  /// Puts room aside with every member for what a request sends.
  ///
  /// @return false if one that is required has none now, and nothing was put aside
  boolean reserve(Sending sending) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (each.isRequired()
          && each.isStreaming()
          && !each.peer.hasRoom(sending.records, sending.bytes)) {
        return false;
      }
    }
    reserve(sending.records, sending.bytes);
    return true;
  }

  void release(Sending sending) {
    reserve(-sending.records, -sending.bytes);
  }

  private void reserve(int records, long bytes) {
    reservedRecords += records;
    reservedBytes += bytes;
    for (int i = 0; i < all.size(); i++) {
      all.get(i).peer.reserve(records, bytes);
    }
  }

  /// Whether every member can be sent so many bytes now. One that is not required and has no room
  /// catches up anew, later: nobody waits for it.
  boolean admit(int recordBytes) {
    boolean admits = true;
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (each.isStreaming() && !each.peer.admits(recordBytes)) {
        if (each.isRequired()) {
          admits = false;
        } else {
          each.lost(clock.nanoTime() + ASK_AGAIN_NS);
        }
      }
    }
    return admits;
  }

  void append(int epoch, VolumeId volume, SealedRecord record) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).append(epoch, volume, record);
    }
  }

  /// Tells those that catch up what was written.
  void onSequenced(long from, long end) {
    for (int i = 0; i < all.size(); i++) {
      CatchUp catchUp = all.get(i).catchUp();
      if (catchUp != null) {
        catchUp.onSequenced(from, end);
      }
    }
  }

  /// The smallest prefix of those required, with that of the primary itself.
  long smallest(long own) {
    long mark = own;
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (each.isRequired()) {
        mark = Math.min(mark, each.isLevel() ? each.durable() : 0);
      }
    }
    return mark;
  }

  /// Whether every member of the set has said how far it is.
  boolean haveTold() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isRequired() && !all.get(i).hasTold()) {
        return false;
      }
    }
    return true;
  }

  /// Whether every member of the set has promised that nobody else leads for now.
  boolean haveLeased(Heartbeats heartbeats, long nowNs) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (each.isRequired() && !heartbeats.holds(each.peer.node(), nowNs)) {
        return false;
      }
    }
    return true;
  }

  /// Asks those who are to be asked.
  int ask(int epoch, VolumeId id) {
    int asked = 0;
    long nowNs = clock.nanoTime();
    for (int i = 0; i < all.size(); i++) {
      asked += all.get(i).ask(epoch, id, nowNs) ? 1 : 0;
    }
    return asked;
  }

  /// When somebody is to be asked though nothing happens.
  long deadlineNs() {
    long deadline = Long.MAX_VALUE;
    for (int i = 0; i < all.size(); i++) {
      deadline = Math.min(deadline, all.get(i).askFromNs());
    }
    return deadline;
  }

  /// It lacks something that it was sent, or did not take it.
  void lost(PeerLink peer) {
    Follower found = find(peer);
    if (found != null && !found.isUnknown()) {
      found.lost(clock.nanoTime() + ASK_AGAIN_NS);
    }
  }

  /// Nothing is sent any more.
  void stop() {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).lost(Long.MAX_VALUE);
    }
  }

  // What members tell.

  /// A member has everything up to `writeId` durably.
  void durable(PeerLink from, long writeId) {
    Follower follower = find(from);
    if (follower != null) {
      follower.durable(writeId);
    }
  }

  /// A member has told how far it has the volume.
  void position(PeerLink from, DirectBuffer body, int length) {
    Follower follower = find(from);
    VolumeHistory history = new VolumeHistory();
    if (follower != null && history.decode(body, length) == null) {
      follower.told(history);
    }
  }

  void diverged(PeerLink from, long block, long blocks, boolean isUnmapped) {
    CatchUp catchUp = catchUpOf(from);
    if (catchUp != null) {
      catchUp.onDiverged(block, blocks, isUnmapped);
    }
  }

  void reported(PeerLink from, long after) {
    CatchUp catchUp = catchUpOf(from);
    if (catchUp != null) {
      catchUp.onReported(after);
    }
  }

  private @Nullable CatchUp catchUpOf(PeerLink from) {
    Follower follower = find(from);
    return follower == null ? null : follower.catchUp();
  }

  // Catching up, and joining the set.

  /// The epoch begins behind `previous`: members that have all up to there, and no more, take part
  /// at once.
  void begin(long previous) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      boolean hasAll = each.hasTold() && each.hasAllUpTo(previous);
      if (hasAll && each.peer.admits(RecordFlyweight.BYTES)) {
        each.begin();
      }
    }
  }

  /// Lets members catch up that lack something.
  int catchUp(PrimaryVolume primary) {
    if (!primary.hasBegun()) {
      return 0;
    }
    int work = 0;
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      CatchUp catchUp = each.catchUp();
      if (catchUp != null) {
        work += catchUp.doWork();
        if (catchUp.hasFailed()) {
          lost(each.peer);
        }
      } else if (each.hasTold()) {
        beginCatchUp(primary, each);
        work++;
      }
    }
    return work;
  }

  private void beginCatchUp(PrimaryVolume primary, Follower follower) {
    long common = source.history.commonWith(follower.history());
    if (common == 0 && follower.durable() != 0) {
      // It was away for longer than epochs are remembered, or is of another history altogether.
      follower.lost(Long.MAX_VALUE);
      return;
    }
    follower.catchUp(new CatchUp(primary, source, follower.peer, common));
  }

  /// Waits for a member that has caught up, from now on, though it is not in the in-sync set yet;
  /// it may be proposed for it once [#isReadyToJoin].
  ///
  /// @return false if it has not caught up
  public boolean require(int node) {
    Follower follower = onNode(node);
    boolean can = follower != null && follower.isLevel();
    if (can && follower != null) {
      follower.require(true);
    }
    return can;
  }

  /// Whether a member has all that was ever acknowledged, and nothing is acknowledged without it.
  ///
  /// @param committed [PrimaryVolume#committed]
  public boolean isReadyToJoin(int node, long committed) {
    Follower follower = onNode(node);
    return follower != null
        && follower.isRequired()
        && follower.isLevel()
        && follower.durable() >= committed;
  }

  /// The node of the member of the set that is furthest behind; 0 if none is.
  public int slowest() {
    long least = source.history.durable();
    int slowest = 0;
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      long durable = each.isLevel() ? each.durable() : 0;
      if (each.isRequired() && durable < least) {
        least = durable;
        slowest = each.peer.node();
      }
    }
    return slowest;
  }

  /// Whether a member gets what is written, and lacks nothing else.
  public boolean isLevel(int node) {
    Follower follower = onNode(node);
    return follower != null && follower.isLevel();
  }

  @Override
  public String toString() {
    return all.toString();
  }
}
