package io.ashlar.core.qos;

import io.ashlar.core.base.Clock;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeLayer;
import org.jspecify.annotations.Nullable;

/// A volume within limits. Requests beyond them wait here in the order in which they came, linked
/// through themselves; those within go straight on. Without limits nothing is counted. Belongs to
/// the volume's shard, whose loop drives it.
///
/// A flush and the saving of reservations cost nothing and never wait: they order no request that
/// has not completed. Any other request costs one I/O, and the bytes that it moves between host,
/// store and store; an unmap moves none.
public final class ThrottledVolume extends VolumeLayer implements ShardAgent {
  /// How many waiting requests one turn passes on, so that it stays short.
  private static final int RELEASES_PER_TURN = 64;

  private static final long NS_PER_MS = 1_000_000L;

  private final Clock clock;
  private final TokenBucket requests = new TokenBucket();
  private final TokenBucket bytes = new TokenBucket();
  private QosLimits limits = QosLimits.UNLIMITED;
  private @Nullable BlockRequest head;
  private @Nullable BlockRequest tail;
  private int waiting;

  public ThrottledVolume(BlockVolume volume, Clock clock) {
    super(volume);
    this.clock = clock;
  }

  public QosLimits limits() {
    return limits;
  }

  /// Changes the limits from now on, for waiting requests too.
  public void limits(QosLimits next) {
    long nowNs = clock.nanoTime();
    long burstNs = next.burstMillis() * NS_PER_MS;
    requests.limit(next.iops(), burstNs, nowNs);
    bytes.limit(next.bytesPerSecond(), burstNs, nowNs);
    limits = next;
  }

  /// How many requests wait here.
  public int waiting() {
    return waiting;
  }

  @Override
  public void submit(BlockRequest request) {
    request.source = behind(request.source);
    if ((limits.isUnlimited() && head == null) || isFree(request)) {
      volume.submit(request);
      return;
    }
    long nowNs = clock.nanoTime();
    if (head == null && mayPass(request, nowNs)) {
      pass(request, nowNs);
    } else {
      enqueue(request);
    }
  }

  @Override
  public boolean abort(BlockRequest request) {
    if (request.slot != this) {
      return volume.abort(request);
    }
    BlockRequest before = null;
    BlockRequest at = head;
    while (at != null && at != request) {
      before = at;
      at = at.next;
    }
    if (at == null) {
      return false;
    }
    unlink(before, request);
    request.complete(BlockStatus.ABORTED);
    return true;
  }

  @Override
  public int doWork(long nowNs) {
    int released = 0;
    BlockRequest request = head;
    while (request != null && released < RELEASES_PER_TURN && mayPass(request, nowNs)) {
      unlink(null, request);
      released++;
      pass(request, nowNs);
      request = head;
    }
    return released;
  }

  @Override
  public long deadlineNs() {
    BlockRequest request = head;
    if (request == null) {
      return Long.MAX_VALUE;
    }
    long nowNs = clock.nanoTime();
    long waitNs = 0;
    if (!requests.isUnlimited()) {
      waitNs = Math.max(waitNs, requests.readyNs(1) - nowNs);
    }
    if (!bytes.isUnlimited()) {
      waitNs = Math.max(waitNs, bytes.readyNs(bytesOf(request)) - nowNs);
    }
    return nowNs + waitNs;
  }

  private boolean mayPass(BlockRequest request, long nowNs) {
    return requests.has(1, nowNs) && bytes.has(bytesOf(request), nowNs);
  }

  private void pass(BlockRequest request, long nowNs) {
    requests.take(1, nowNs);
    bytes.take(bytesOf(request), nowNs);
    volume.submit(request);
  }

  private static boolean isFree(BlockRequest request) {
    return request.operation == BlockOperation.FLUSH
        || request.operation == BlockOperation.SAVE_RESERVATIONS;
  }

  /// What the request costs. A length that the volume will refuse costs no more than the longest it
  /// takes.
  private long bytesOf(BlockRequest request) {
    long most =
        switch (request.operation) {
          case READ, WRITE, COMPARE, COMPARE_AND_WRITE, OR_WRITE ->
              VolumeGeometry.TRANSFER_BYTES_MAX;
          case VERIFY, COPY -> volume.geometry().sizeBytes();
          case UNMAP, WRITE_ZEROES, MAPPING, FLUSH, SAVE_RESERVATIONS -> 0;
        };
    return Math.clamp(request.lengthBytes, 0, most);
  }

  private void enqueue(BlockRequest request) {
    request.slot = this;
    request.next = null;
    if (tail == null) {
      head = request;
    } else {
      tail.next = request;
    }
    tail = request;
    waiting++;
  }

  private void unlink(@Nullable BlockRequest before, BlockRequest request) {
    if (before == null) {
      head = request.next;
    } else {
      before.next = request.next;
    }
    if (tail == request) {
      tail = before;
    }
    request.next = null;
    request.slot = null;
    waiting--;
  }
}
