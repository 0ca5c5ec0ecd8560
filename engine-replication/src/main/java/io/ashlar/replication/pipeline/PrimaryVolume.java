package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.HistoryListener;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeLayer;
import io.ashlar.replication.lease.Heartbeats;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// A volume at its primary, for one epoch. Each record that the store seals goes to the other
/// members of the in-sync set as it is; a host hears of its write when all of them, and this one,
/// have it durably. What a host sees is held to the same mark: a read that ends while a write on
/// its range is not everywhere yet waits for it, for a failover might lose that write or keep it.
/// And it is told only while all other members have promised that nobody else leads: asked when the
/// data was read, for this process may have stood still meanwhile.
public final class PrimaryVolume extends VolumeLayer implements HistoryListener {
  /// Writes that may be sequenced and not on every replica.
  private static final int UNCOMMITTED_MAX = 4096;

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private enum State {
    /// The record that begins the epoch is not on every replica yet: hosts wait.
    BEGINNING,
    /// Hosts are served.
    SERVING,
    /// Another epoch began elsewhere, or the store failed: nothing is told as done any more.
    OVER
  }

  /// What the primaries of a shard share.
  record Parts(LogStore store, PendingRequests requests, Heartbeats heartbeats, Clock clock) {}

  private final int epoch;
  private final long notBeforeNs;
  private int minInSync;
  private final LogStore store;
  private final VolumeHistory history;
  private final PendingRequests requests;
  private final Heartbeats heartbeats;
  private final Clock clock;
  private final Followers followers;
  private final UncommittedWrites uncommitted = new UncommittedWrites(UNCOMMITTED_MAX);
  private final RequestQueue waiting = new RequestQueue();
  private final Sending beginning = new Sending();
  private final PendingList stored = new PendingList();

  /// What was seen and may not be told for want of a lease.
  private final PendingList unleased = new PendingList();

  private final Copies copies = new Copies(this);

  private State state = State.BEGINNING;
  private boolean isBegun;
  private @Nullable OwnTail tail;
  private long firstId;
  private long committed;
  private int reservedRecords;
  private int underWay;

  /// @param volume the store's
  /// @param terms as the cluster's metadata says
  PrimaryVolume(BlockVolume volume, Parts parts, LeadTerms terms) {
    super(volume);
    epoch = terms.epoch();
    notBeforeNs = terms.notBeforeNs();
    minInSync = terms.minInSync();
    store = parts.store;
    requests = parts.requests;
    heartbeats = parts.heartbeats;
    clock = parts.clock;
    history = store.history(volume.id());
    followers = new Followers(clock, new Followers.Source(store, history, uncommitted));
    store.historyOf(volume.id(), this);
  }

  public int epoch() {
    return epoch;
  }

  /// Up to which id every member of the in-sync set has the history durably.
  public long committed() {
    return committed;
  }

  /// Whether nothing is told as done any more.
  boolean isOver() {
    return state == State.OVER;
  }

  /// Whether hosts are served.
  public boolean isServing() {
    return state == State.SERVING;
  }

  /// The other members, and how far each is.
  public Followers members() {
    return followers;
  }

  /// Whether what is to be durable on all members from the epoch's beginning on is so here.
  boolean hasBegun() {
    return isBegun && history.durable() >= firstId && (tail == null || tail.isDone());
  }

  /// Whether this node still leads, as far as it knows.
  public boolean isLeading() {
    return state != State.OVER;
  }

  /// Whether something waits for other members.
  public boolean isBehind() {
    return committed < history.durable();
  }

  // Hosts' requests.

  @Override
  public void submit(BlockRequest request) {
    if (state == State.OVER) {
      request.complete(BlockStatus.OFFLINE);
    } else if (state == State.BEGINNING || isBehindOthers(request) || !tryPass(request)) {
      waiting.add(request);
    }
  }

  /// Who sends nothing passes those that wait for room: what they will write was not acknowledged,
  /// so nobody may count on seeing it.
  private boolean isBehindOthers(BlockRequest request) {
    return !waiting.isEmpty() && Sending.sends(request);
  }

  private boolean tryPass(BlockRequest request) {
    if (request.source instanceof PrimaryVolume source && source.isOver()) {
      // What is there may be of the past by now.
      request.complete(BlockStatus.OFFLINE);
      return true;
    }
    PendingRequest pending = requests.take();
    pending.begin(request, this);
    pending.inner.source = behind(request.source);
    underWay++;
    if (tryPass(pending, Copies.firstPartBytes(this, request))) {
      return true;
    }
    free(pending);
    return false;
  }

  /// Gives the store the next part of a request, if what it sends has room.
  boolean tryPass(PendingRequest pending, long lengthBytes) {
    boolean hasRoom = tryReserve(pending.sending.of(pending.inner, lengthBytes));
    if (hasRoom) {
      pending.part(lengthBytes);
      volume.submit(pending.inner);
    }
    return hasRoom;
  }

  /// Puts room aside for what is sent, where all of it has to wait for the replicas.
  boolean tryReserve(Sending sending) {
    if (sending.records == 0) {
      return true;
    }
    boolean hasRoom = uncommitted.free() - reservedRecords >= sending.records;
    if (!hasRoom || !followers.reserve(sending)) {
      return false;
    }
    reservedRecords += sending.records;
    return true;
  }

  void release(Sending sending) {
    if (sending.records > 0) {
      followers.release(sending);
      reservedRecords -= sending.records;
      sending.clear();
    }
  }

  @Override
  public boolean abort(BlockRequest request) {
    if (waiting.remove(request)) {
      request.complete(BlockStatus.ABORTED);
      return true;
    }
    return request.slot instanceof PendingRequest pending && volume.abort(pending.inner);
  }

  /// The store has done its part.
  void onStored(PendingRequest pending) {
    release(pending.sending);
    if (state == State.OVER || !copies.keep(pending)) {
      awaitReplicas(pending);
    }
  }

  /// Whether what was seen up to an id may be told now.
  boolean mayTell(long writeId) {
    return state == State.SERVING
        && writeId <= committed
        && followers.haveLeased(heartbeats, clock.nanoTime());
  }

  /// Tells when all replicas have what a request wrote or saw.
  void awaitReplicas(PendingRequest pending) {
    if (state == State.OVER) {
      end(pending, BlockStatus.OFFLINE);
      return;
    }
    pending.awaitedId = awaitedId(pending);
    if (pending.awaitedId <= committed) {
      settle(pending);
    } else {
      stored.add(pending);
    }
  }

  /// Tells what may be told now.
  private void settle(PendingRequest pending) {
    if (shows(pending.inner) && !followers.haveLeased(heartbeats, clock.nanoTime())) {
      unleased.add(pending);
    } else {
      end(pending, pending.inner.status);
    }
  }

  /// Whether the host learns from it what the volume holds.
  private static boolean shows(BlockRequest inner) {
    if (inner.status == BlockStatus.MISCOMPARE) {
      return true;
    }
    return inner.status == BlockStatus.OK
        && switch (inner.operation) {
          case READ, VERIFY, COMPARE, MAPPING -> true;
          default -> false;
        };
  }

  /// What must be on every replica before the host hears of it. A request that was refused did and
  /// showed nothing.
  private long awaitedId(PendingRequest pending) {
    BlockRequest inner = pending.inner;
    boolean tells = inner.status == BlockStatus.OK || inner.status == BlockStatus.MISCOMPARE;
    if (!tells || inner.operation == BlockOperation.FLUSH) {
      return 0;
    }
    return switch (inner.operation) {
      case READ, VERIFY, COMPARE, MAPPING -> over(inner.offsetBytes, inner.lengthBytes);
      default ->
          inner.status == BlockStatus.OK
              ? history.durable()
              : over(inner.offsetBytes, inner.lengthBytes);
    };
  }

  /// The last write that a read of the range may have seen and that may yet be lost; 0 for none.
  long over(long offsetBytes, long lengthBytes) {
    long from = offsetBytes / BLOCK_BYTES;
    long end = (offsetBytes + lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    return uncommitted.lastOver(from, end, history.durable());
  }

  void end(PendingRequest pending, BlockStatus status) {
    // The request is free before its host hears, who may submit the next at once.
    BlockRequest host = pending.host();
    host.resultBytes = pending.inner.resultBytes;
    host.resultMapped = pending.inner.resultMapped;
    free(pending);
    host.complete(status);
  }

  private void free(PendingRequest pending) {
    underWay--;
    pending.host().slot = null;
    pending.clear();
    requests.give(pending);
  }

  // What the store tells.

  @Override
  public boolean admits(int recordBytes) {
    return uncommitted.free() > 0 && followers.admit(recordBytes);
  }

  @Override
  public void onSequenced(SealedRecord record, @Nullable BlockRequest request) {
    switch (record.record().type()) {
      case WRITE -> add(record, record.record().blocks());
      case UNMAP -> add(record, record.record().argument());
      case EPOCH -> followers.begin(record.record().argument());
      default -> {}
    }
    followers.append(epoch, id(), record);
  }

  private void add(SealedRecord record, long blocks) {
    long lba = record.record().lba();
    uncommitted.add(lba, lba + blocks, record.lastWriteId());
    followers.onSequenced(lba, lba + blocks);
  }

  @Override
  public void onDurable(long lastWriteId) {
    advance();
  }

  // What the followers tell.

  /// A follower has everything up to `writeId` durably.
  void onDurable(PeerLink from, long writeId) {
    followers.durable(from, writeId);
    advance();
  }

  /// Tells another node that this one does not follow, and of its epoch.
  ///
  /// @return false if there is no room for it now
  boolean refuse(PeerLink from) {
    return from.say(MessageFlyweight.REFUSED, epoch, id(), history.durable());
  }

  /// A follower does not follow: because it knows a newer epoch, or because it lacks something.
  void onRefused(PeerLink from, int knownEpoch) {
    if (knownEpoch > epoch) {
      over();
    } else {
      followers.lost(from);
    }
  }

  /// Another life of a follower's node: what the last one was told and did not answer is lost.
  void onNewLife(PeerLink from) {
    followers.lost(from);
  }

  /// Has these members from now on, as the cluster's metadata says.
  ///
  /// @param peers all others
  /// @param inSync the nodes of those in the in-sync set
  void members(List<PeerLink> peers, SortedSet<Integer> inSync, int leastInSync) {
    minInSync = leastInSync;
    followers.become(peers, inSync);
    advance();
  }

  /// Hands a request of this primary's own to the store, past everything that hosts wait for.
  void submitOwn(BlockRequest request) {
    volume.submit(request);
  }

  /// Another epoch began, or will: what is under way ends as unknown.
  public void over() {
    if (state == State.OVER) {
      return;
    }
    state = State.OVER;
    store.resign(id());
    store.historyOf(id(), null);
    followers.stop();
    endAll(stored);
    endAll(unleased);
    copies.over();
    for (BlockRequest each = waiting.poll(); each != null; each = waiting.poll()) {
      each.complete(BlockStatus.OFFLINE);
    }
  }

  void endAll(PendingList list) {
    for (PendingRequest each = list.poll(); each != null; each = list.poll()) {
      end(each, BlockStatus.OFFLINE);
    }
  }

  private void advance() {
    long mark = followers.smallest(history.durable());
    boolean areEnough = followers.inSync() + 1 >= minInSync;
    if (mark <= committed || state == State.OVER || !areEnough) {
      return;
    }
    committed = mark;
    uncommitted.committed(mark);
    if (state == State.BEGINNING && hasBegun() && mark >= firstId) {
      state = State.SERVING;
    }
    PendingRequest head = stored.peek();
    while (head != null && head.awaitedId <= committed) {
      stored.poll();
      settle(head);
      head = stored.peek();
    }
  }

  /// Begins the epoch, and passes on what waits.
  ///
  /// @return how much was done
  int doWork() {
    if (store.isFailed() && state != State.OVER) {
      over();
      return 1;
    }
    if (state == State.OVER) {
      return 0;
    }
    int work = followers.ask(epoch, id());
    if (!isBegun) {
      return work + begin();
    }
    if (tail != null && history.durable() >= firstId && !hasBegun()) {
      return work + mendTail(tail);
    }
    work += followers.catchUp(this) + tellUnleased() + copies.doWork();
    while (state == State.SERVING && !waiting.isEmpty()) {
      BlockRequest head = Check.present(waiting.poll(), "not empty");
      if (!tryPass(head)) {
        waiting.putBack(head);
        return work;
      }
      work++;
    }
    return work;
  }

  private int begin() {
    boolean isTime = clock.nanoTime() >= notBeforeNs && followers.haveTold();
    if (!isTime || !history.isSettled()) {
      return 0;
    }
    boolean isDoubtful = history.isCatchingUp() || history.hasTail();
    OwnTail own = isDoubtful ? new OwnTail(this, store, history.certain()) : null;
    if (!tryReserve(beginning.ofBeginning())) {
      return 0;
    }
    isBegun = store.lead(id(), epoch, new BlockRequest(begun -> {}));
    firstId = isBegun ? history.sequenced() : 0;
    tail = isBegun ? own : null;
    release(beginning);
    return isBegun ? 1 : 0;
  }

  private int mendTail(OwnTail own) {
    int work = own.doWork();
    if (own.isDone()) {
      advance();
    }
    return work;
  }

  private int tellUnleased() {
    int told = 0;
    while (unleased.peek() != null && followers.haveLeased(heartbeats, clock.nanoTime())) {
      PendingRequest head = Check.present(unleased.poll(), "not empty");
      end(head, head.inner.status);
      told++;
    }
    return told;
  }

  /// When it wants a turn though nothing happens.
  long deadlineNs() {
    if (state == State.OVER) {
      return Long.MAX_VALUE;
    }
    return Math.min(followers.deadlineNs(), isBegun ? Long.MAX_VALUE : notBeforeNs);
  }

  /// Whether nothing is under way.
  public boolean isIdle() {
    return underWay == 0 && waiting.isEmpty();
  }

  @Override
  public String toString() {
    return "%s in epoch %d, durable to %s, committed to %s%s, %s"
        .formatted(
            state,
            epoch,
            WriteId.text(history.durable()),
            WriteId.text(committed),
            tail == null ? "" : ", with a tail of its own",
            followers);
  }
}
