package io.ashlar.replication.pipeline;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import org.jspecify.annotations.Nullable;

/// The copies into one volume, beyond what the store does of them. A long one goes in parts, so
/// that room in the links is put aside for each. And what was copied from another volume that this
/// node leads has to stay there: it may yet be lost, or be of the past if somebody else leads by
/// now. Until that is settled the outcome is unknown, as that of any write.
final class Copies {
  /// What the store is given at once.
  private static final int PART_BYTES = VolumeGeometry.TRANSFER_BYTES_MAX;

  private final PrimaryVolume target;

  /// Those of which parts are left.
  private final PendingList unfinished = new PendingList();

  /// Those that are done, and whose data may not be told of in the source.
  private final PendingList copied = new PendingList();

  Copies(PrimaryVolume target) {
    this.target = target;
  }

  /// How much of a request goes to the store first: all of it, unless it is a long copy. One that
  /// the store is going to refuse is to be refused as a whole.
  static long firstPartBytes(BlockVolume target, BlockRequest request) {
    boolean isLong = request.operation == BlockOperation.COPY && request.lengthBytes > PART_BYTES;
    return isLong && isSound(target, request) ? PART_BYTES : request.lengthBytes;
  }

  private static boolean isSound(BlockVolume target, BlockRequest copy) {
    BlockVolume source = copy.source;
    if (source == null
        || !fits(target.geometry(), copy.offsetBytes, copy.lengthBytes)
        || !fits(source.geometry(), copy.sourceOffsetBytes, copy.lengthBytes)) {
      return false;
    }
    long apart = Math.abs(copy.sourceOffsetBytes - copy.offsetBytes);
    return !source.id().equals(target.id()) || apart >= copy.lengthBytes;
  }

  private static boolean fits(VolumeGeometry geometry, long offsetBytes, long lengthBytes) {
    return geometry.contains(offsetBytes, lengthBytes)
        && geometry.isAligned(offsetBytes, lengthBytes);
  }

  /// Takes what the store has ended, if it is a copy that has to go on or to wait.
  boolean keep(PendingRequest pending) {
    BlockRequest inner = pending.inner;
    if (inner.operation != BlockOperation.COPY || inner.status != BlockStatus.OK) {
      return false;
    }
    BlockRequest host = pending.host();
    pending.doneBytes += inner.lengthBytes;
    if (pending.doneBytes < host.lengthBytes) {
      unfinished.add(pending);
      return true;
    }
    PrimaryVolume source = sourceElsewhere(pending);
    if (source == null) {
      return false;
    }
    pending.awaitedId = source.over(host.sourceOffsetBytes, host.lengthBytes);
    if (!tryLeave(pending, source)) {
      copied.add(pending);
    }
    return true;
  }

  /// The other volume that a copy has its data from; null if it has no replicas, or is the target.
  private @Nullable PrimaryVolume sourceElsewhere(PendingRequest pending) {
    return pending.host().source instanceof PrimaryVolume other && other != target ? other : null;
  }

  /// Goes on with a copy if what it copied is there to stay in the source, or never will be.
  private boolean tryLeave(PendingRequest pending, PrimaryVolume source) {
    if (source.isOver()) {
      target.end(pending, BlockStatus.OFFLINE);
      return true;
    }
    boolean isSettled = source.mayTell(pending.awaitedId);
    if (isSettled) {
      target.awaitReplicas(pending);
    }
    return isSettled;
  }

  /// Goes on with what can go on.
  ///
  /// @return how many did
  int doWork() {
    int work = 0;
    PendingRequest each = unfinished.takeAll();
    while (each != null) {
      PendingRequest rest = each.next;
      work += keepUnless(tryNextPart(each), each, unfinished);
      each = rest;
    }
    each = copied.takeAll();
    while (each != null) {
      PendingRequest rest = each.next;
      PrimaryVolume source = sourceElsewhere(each);
      work += keepUnless(source == null || tryLeave(each, source), each, copied);
      each = rest;
    }
    return work;
  }

  private static int keepUnless(boolean hasGoneOn, PendingRequest pending, PendingList list) {
    if (!hasGoneOn) {
      list.add(pending);
    }
    return hasGoneOn ? 1 : 0;
  }

  private boolean tryNextPart(PendingRequest pending) {
    PrimaryVolume source = sourceElsewhere(pending);
    if (target.isOver() || (source != null && source.isOver())) {
      target.end(pending, BlockStatus.OFFLINE);
      return true;
    }
    long left = pending.host().lengthBytes - pending.doneBytes;
    return target.tryPass(pending, Math.min(left, PART_BYTES));
  }

  /// Ends all of them as unknown.
  void over() {
    target.endAll(unfinished);
    target.endAll(copied);
  }
}
