package io.ashlar.simulation;

import static io.ashlar.core.volume.VolumeGeometry.TRANSFER_BYTES_MAX;

import io.ashlar.core.base.Check;
import io.ashlar.core.reservation.ReservationCodec;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A complete volume in memory: only written blocks cost any. Requests are carried out one after
/// another in the order of submission, so every operation is atomic.
///
/// Tests steer it: complete at once or on [#runPending], fail the next request, hold the next one.
/// Like every volume it belongs to one thread.
public final class MemoryBlockVolume implements BlockVolume {
  private final VolumeId id;
  private final CompletionMode mode;
  private final SparseBlocks blocks = new SparseBlocks();
  private final ArrayDeque<BlockRequest> queued = new ArrayDeque<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private final ArrayDeque<Fault> faults = new ArrayDeque<>();
  private final ReservationTable reservations = new ReservationTable();
  private final ReservationCodec reservationCodec = new ReservationCodec();
  private VolumeGeometry geometry;
  private byte[] savedReservations;
  private @Nullable HoldPoint holdNext;
  private Presence presence = Presence.ONLINE;
  private Turn turn = Turn.IDLE;

  private record Fault(BlockStatus status, long resultBytes) {}

  private record Held(BlockRequest request, HoldPoint point, BlockStatus status) {}

  private enum Presence {
    /// Serves requests.
    ONLINE,
    /// Ends every request as [BlockStatus#OFFLINE].
    OFFLINE
  }

  private enum Turn {
    /// Nobody is carrying out requests.
    IDLE,
    /// A caller up the stack does; whoever submits now leaves its request to that caller, so that
    /// completions which submit again do not pile up frames.
    RUNNING
  }

  public MemoryBlockVolume(VolumeId id, VolumeGeometry geometry, CompletionMode mode) {
    this.id = id;
    this.geometry = geometry;
    this.mode = mode;
    this.savedReservations = encodedReservations();
  }

  /// A volume with a name made of `number`, that completes at once.
  public static MemoryBlockVolume numbered(int number, VolumeGeometry geometry) {
    VolumeId id = new VolumeId(new UUID(0x4153484c41520000L, number));
    return new MemoryBlockVolume(id, geometry, CompletionMode.AT_ONCE);
  }

  @Override
  public VolumeId id() {
    return id;
  }

  @Override
  public VolumeGeometry geometry() {
    return geometry;
  }

  @Override
  public ReservationTable reservations() {
    return reservations;
  }

  @Override
  public void submit(BlockRequest request) {
    Check.that(request.slot == null, "a request is with one volume at a time");
    request.slot = this;
    queued.add(request);
    if (mode == CompletionMode.AT_ONCE && turn == Turn.IDLE) {
      runPending();
    }
  }

  @Override
  public boolean abort(BlockRequest request) {
    if (queued.remove(request) || held.removeIf(h -> isWithdrawable(h, request))) {
      finish(request, BlockStatus.ABORTED);
      return true;
    }
    return false;
  }

  private static boolean isWithdrawable(Held one, BlockRequest request) {
    return one.request == request && one.point == HoldPoint.BEFORE_EFFECT;
  }

  /// Carries out and completes all that is queued, and what its completions submit, except what is
  /// held.
  ///
  /// @return how many requests were taken off the queue
  public int runPending() {
    int taken = 0;
    turn = Turn.RUNNING;
    try {
      for (BlockRequest next = queued.poll(); next != null; next = queued.poll()) {
        take(next);
        taken++;
      }
    } finally {
      turn = Turn.IDLE;
    }
    return taken;
  }

  /// Requests that are with the volume, held ones included.
  public int pending() {
    return queued.size() + held.size();
  }

  /// The next request to be carried out ends as `status` instead and changes nothing. Adds up:
  /// calling it twice fails two.
  public void failNext(BlockStatus status) {
    failNext(status, 0);
  }

  /// As [#failNext(BlockStatus)], with the figure that goes with the status.
  public void failNext(BlockStatus status, long resultBytes) {
    faults.add(new Fault(status, resultBytes));
  }

  /// Keeps the next request at `point` until [#releaseHeld].
  public void holdNext(HoldPoint point) {
    holdNext = point;
  }

  /// Lets go of all held requests, oldest first.
  public void releaseHeld() {
    for (Held one = held.poll(); one != null; one = held.poll()) {
      if (one.point == HoldPoint.BEFORE_EFFECT) {
        finish(one.request, carryOut(one.request));
      } else {
        finish(one.request, one.status);
      }
    }
  }

  /// Replaces the shape; a smaller one forgets what lay beyond.
  public void resize(VolumeGeometry next) {
    blocks.truncate(next.sizeBytes());
    geometry = next;
  }

  /// From now on every request ends as [BlockStatus#OFFLINE].
  public void takeOffline() {
    presence = Presence.OFFLINE;
  }

  public void bringOnline() {
    presence = Presence.ONLINE;
  }

  /// How many 4 KiB blocks hold data.
  public int mappedBlocks() {
    return blocks.mappedBlocks();
  }

  private void take(BlockRequest request) {
    HoldPoint point = holdNext;
    holdNext = null;
    if (point == null) {
      finish(request, carryOut(request));
    } else if (point == HoldPoint.BEFORE_EFFECT) {
      held.add(new Held(request, point, BlockStatus.OK));
    } else {
      held.add(new Held(request, point, carryOut(request)));
    }
  }

  private static void finish(BlockRequest request, BlockStatus status) {
    request.slot = null;
    request.complete(status);
  }

  private BlockStatus carryOut(BlockRequest request) {
    if (presence == Presence.OFFLINE) {
      return BlockStatus.OFFLINE;
    }
    Fault fault = faults.poll();
    if (fault != null) {
      request.resultBytes = fault.resultBytes;
      return fault.status;
    }
    BlockStatus refusal = refusalOf(request);
    return refusal == BlockStatus.OK ? execute(request) : refusal;
  }

  private BlockStatus refusalOf(BlockRequest request) {
    if (request.operation == BlockOperation.FLUSH
        || request.operation == BlockOperation.SAVE_RESERVATIONS) {
      return BlockStatus.OK;
    }
    if (!geometry.isAligned(request.offsetBytes, request.lengthBytes)) {
      return BlockStatus.INVALID;
    }
    if (!geometry.contains(request.offsetBytes, request.lengthBytes)) {
      return BlockStatus.OUT_OF_RANGE;
    }
    return fitsItsData(request) ? BlockStatus.OK : BlockStatus.INVALID;
  }

  private static boolean fitsItsData(BlockRequest request) {
    long dataBytes =
        switch (request.operation) {
          case READ, WRITE, COMPARE, OR_WRITE -> request.lengthBytes;
          case COMPARE_AND_WRITE -> 2 * request.lengthBytes;
          default -> 0;
        };
    return dataBytes == 0
        || (request.lengthBytes <= TRANSFER_BYTES_MAX && request.data.capacity() >= dataBytes);
  }

  private BlockStatus execute(BlockRequest request) {
    long offset = request.offsetBytes;
    int length = (int) Math.min(request.lengthBytes, TRANSFER_BYTES_MAX);
    switch (request.operation) {
      case READ -> blocks.read(offset, request.data, 0, length);
      case WRITE -> blocks.write(offset, request.data, 0, length);
      case OR_WRITE -> blocks.or(offset, request.data, length);
      case UNMAP, WRITE_ZEROES -> blocks.unmap(offset, request.lengthBytes);
      case COMPARE -> {
        return compare(request, length);
      }
      case COMPARE_AND_WRITE -> {
        return compareAndWrite(request, length);
      }
      case COPY -> {
        return copy(request);
      }
      case MAPPING -> {
        request.resultMapped = request.lengthBytes > 0 && blocks.isMapped(offset);
        request.resultBytes = blocks.runLength(offset, request.lengthBytes);
      }
      case SAVE_RESERVATIONS -> savedReservations = encodedReservations();
      // Memory is never worse than when it was written, and as durable as it will ever be.
      case VERIFY, FLUSH -> {}
    }
    return BlockStatus.OK;
  }

  private byte[] encodedReservations() {
    byte[] encoded = new byte[ReservationCodec.LENGTH_BYTES_MAX];
    int length = reservationCodec.encode(reservations, new UnsafeBuffer(encoded), 0);
    return Arrays.copyOf(encoded, length);
  }

  /// Does to the reservations what a restart of the node does: they are as they were saved, or gone
  /// if they do not persist. Data stays as it is.
  public void losePower() {
    UnsafeBuffer saved = new UnsafeBuffer(savedReservations);
    String complaint = reservationCodec.decode(saved, 0, saved.capacity(), reservations);
    Check.that(complaint == null, "saved reservations are whole: " + complaint);
    reservations.losePower();
  }

  private BlockStatus compare(BlockRequest request, int length) {
    int mismatch = blocks.mismatch(request.offsetBytes, request.data, length);
    if (mismatch < 0) {
      return BlockStatus.OK;
    }
    request.resultBytes = mismatch;
    return BlockStatus.MISCOMPARE;
  }

  private BlockStatus compareAndWrite(BlockRequest request, int length) {
    BlockStatus compared = compare(request, length);
    if (compared == BlockStatus.OK) {
      blocks.write(request.offsetBytes, request.data, length, length);
    }
    return compared;
  }

  private BlockStatus copy(BlockRequest request) {
    long from = request.sourceOffsetBytes;
    long length = request.lengthBytes;
    if (!(request.source instanceof MemoryBlockVolume source)
        || !source.geometry.isAligned(from, length)) {
      return BlockStatus.INVALID;
    }
    if (!source.geometry.contains(from, length)) {
      return BlockStatus.OUT_OF_RANGE;
    }
    if (source == this && Math.abs(from - request.offsetBytes) < length) {
      return BlockStatus.INVALID;
    }
    blocks.copy(request.offsetBytes, source.blocks, from, length);
    return BlockStatus.OK;
  }
}
