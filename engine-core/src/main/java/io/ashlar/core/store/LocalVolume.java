package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.reservation.ReservationCodec;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.transform.LayerTransform;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A volume of this lane: checks each request, orders the ones that read before they write against
/// the others, and hands them to the paths.
final class LocalVolume implements BlockVolume {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private final VolumeId id;
  private final VolumePaths paths;
  private final RequestQueue lockedOut = new RequestQueue();
  private final ReservationTable reservations = new ReservationTable();
  private final ReservationCodec codec = new ReservationCodec();
  private VolumeEntry entry;
  private VolumeGeometry geometry;
  private @Nullable LayerTransform transform;
  private boolean gone;
  private long sizeBytesPromised;
  private final VolumeHistory history = new VolumeHistory();
  private boolean isLed;
  private WriteTurn oldestTurn = new WriteTurn(this, 0);
  private WriteTurn currentTurn = oldestTurn;
  private @Nullable AtomicUpdate firstUpdate;
  private @Nullable HistoryListener listener;

  LocalVolume(VolumeEntry entry, VolumePaths paths) {
    id = new VolumeId(entry.uuid());
    this.paths = paths;
    this.entry = entry;
    geometry = new VolumeGeometry(entry.sizeBytes(), entry.logicalBlockBytes());
    sizeBytesPromised = entry.sizeBytes();
  }

  @Override
  public VolumeId id() {
    return id;
  }

  @Override
  public VolumeGeometry geometry() {
    return geometry;
  }

  VolumeEntry entry() {
    return entry;
  }

  /// Whether the volume may become as `next` says; if so, no later change may make it smaller than
  /// that, though this one is not durable yet.
  boolean promise(VolumeEntry next) {
    boolean fits =
        !gone
            && next.sizeBytes() >= sizeBytesPromised
            && next.logicalBlockBytes() == entry.logicalBlockBytes()
            && id.equals(new VolumeId(next.uuid()));
    if (fits) {
      sizeBytesPromised = next.sizeBytes();
    }
    return fits;
  }

  void replace(VolumeEntry next) {
    entry = next;
    geometry = new VolumeGeometry(next.sizeBytes(), next.logicalBlockBytes());
  }

  /// Lets the volume serve; null locks it.
  void unlock(@Nullable LayerTransform transform) {
    this.transform = transform;
  }

  boolean isLocked() {
    return transform == null;
  }

  void goneForGood() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }

  int layer() {
    return entry.layer();
  }

  LayerTransform transform() {
    return Check.present(transform, "a locked volume writes nothing");
  }

  /// Takes so many write ids in a row and returns the first: in the volume's own epoch where it has
  /// one, else in that of this start.
  long takeWriteIds(int count) {
    if (history.epoch() > 0 || isLed) {
      return history.take(history.sequencedEpoch(), count);
    }
    int epoch = paths.epoch();
    Check.that(epoch > 0 && epoch <= Superblock.EPOCH_MAX, "an epoch is open", epoch);
    return history.take(Math.max(epoch, history.sequencedEpoch()), count);
  }

  /// Whether hosts' writes may be sequenced here: always in a volume without epochs of its own,
  /// else once an epoch was begun here since the start.
  boolean isLed() {
    return isLed || history.epoch() == 0;
  }

  /// From now on writes are sequenced here, in `epoch`.
  ///
  /// @return the id of the record that begins it
  long lead(int epoch) {
    isLed = true;
    return history.take(epoch, 1);
  }

  /// Writes are no longer sequenced here.
  void resign() {
    isLed = false;
  }

  void historyTo(@Nullable HistoryListener listener) {
    this.listener = listener;
  }

  @Nullable HistoryListener listener() {
    return listener;
  }

  /// Whether a record of so many bytes may be sequenced now.
  boolean admits(int recordBytes) {
    return listener == null || listener.admits(recordBytes);
  }

  VolumeHistory history() {
    return history;
  }

  /// Whether a record that another replica sequenced is of this volume, within it, and what comes
  /// next: in its epoch, or as the beginning of a newer one, before which is what is here and no
  /// more.
  boolean mayTake(RecordFlyweight record) {
    if (record.layer() != layer()) {
      return false;
    }
    return switch (record.type()) {
      case EPOCH ->
          !history.isCatchingUp()
              && !history.hasTail()
              && WriteId.epoch(record.writeId()) > history.sequencedEpoch()
              && record.argument() == history.sequenced();
      case WRITE -> history.isNext(record.writeId()) && isWithin(record.lba(), record.blocks());
      case UNMAP -> history.isNext(record.writeId()) && isWithin(record.lba(), record.argument());
      case FETCHED -> isMissing(record) && isWithin(record.lba(), record.blocks());
      case FETCHED_UNMAP -> isMissing(record) && isWithin(record.lba(), record.argument());
      case REJOIN ->
          record.writeId() >= history.sequenced() && record.argument() <= history.certain();
      case LEVEL -> history.isCatchingUp() && record.writeId() == history.sequenced();
      default -> history.isNext(record.writeId());
    };
  }

  private boolean isMissing(RecordFlyweight record) {
    return history.isCatchingUp() && WriteId.epoch(record.writeId()) <= history.sequencedEpoch();
  }

  private boolean isWithin(long lba, long blocks) {
    return lba <= geometry.sizeBytes() / BLOCK_BYTES - blocks;
  }

  /// A record of another replica was appended here: it leads, so nothing is sequenced here.
  void passed(SealedRecord sealed) {
    isLed = false;
    switch (sealed.record().type()) {
      case FETCHED, FETCHED_UNMAP -> {}
      case REJOIN -> history.rejoining(sealed.record().writeId());
      case LEVEL -> history.levelling();
      default -> history.passed(sealed.lastWriteId());
    }
  }

  /// The record by which this replica takes part again is durable.
  ///
  /// @param bytes the primary's history
  void rejoined(RecordFlyweight record, byte[] bytes) throws CorruptRecordException {
    VolumeHistory primary = decoded(bytes);
    history.onRejoined(record.writeId(), record.argument(), primary);
    durable(record.writeId());
  }

  /// The last id of a record is durable.
  void durable(long lastWriteId) {
    history.onDurable(lastWriteId);
    if (listener != null) {
      listener.onDurable(lastWriteId);
    }
  }

  byte[] historyBytes() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[VolumeHistory.BYTES_MAX]);
    return Arrays.copyOf(buffer.byteArray(), history.encode(buffer));
  }

  void restoreHistory(byte[] bytes) throws CorruptRecordException {
    decodeInto(history, bytes);
  }

  private VolumeHistory decoded(byte[] bytes) throws CorruptRecordException {
    VolumeHistory decoded = new VolumeHistory();
    decodeInto(decoded, bytes);
    return decoded;
  }

  private void decodeInto(VolumeHistory target, byte[] bytes) throws CorruptRecordException {
    String complaint = target.decode(new UnsafeBuffer(bytes), bytes.length);
    if (complaint != null) {
      throw new CorruptRecordException("volume " + id + " has " + complaint);
    }
  }

  boolean isSpaceExhausted(boolean fullOfLiveData) {
    return paths.isSpaceExhausted(fullOfLiveData);
  }

  @Override
  public ReservationTable reservations() {
    return reservations;
  }

  /// Writes the reservations at the start of `target`.
  ///
  /// @return their length
  int encodeReservations(MutableDirectBuffer target) {
    return codec.encode(reservations, target, 0);
  }

  void restoreReservations(byte[] bytes) throws CorruptRecordException {
    String complaint = codec.decode(new UnsafeBuffer(bytes), 0, bytes.length, reservations);
    if (complaint != null) {
      throw new CorruptRecordException("reservations of volume " + id + ": " + complaint);
    }
  }

  byte[] reservationBytes() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[ReservationCodec.lengthBytesMax(reservations)]);
    return Arrays.copyOf(buffer.byteArray(), encodeReservations(buffer));
  }

  @Override
  public void submit(BlockRequest request) {
    BlockStatus verdict = check(request);
    if (verdict != BlockStatus.OK || isNothing(request)) {
      request.complete(verdict);
      return;
    }
    switch (request.operation) {
      case READ, VERIFY -> paths.reads().submit(layer(), request);
      case WRITE -> {
        if (isWholeBlocks(request)) {
          admit(request);
        } else {
          paths.updates().submit(this, request);
        }
      }
      case UNMAP, WRITE_ZEROES -> {
        if (isWholeBlocks(request)) {
          admit(request);
        } else {
          paths.composites().submit(this, request);
        }
      }
      case COMPARE, COMPARE_AND_WRITE, OR_WRITE -> paths.updates().submit(this, request);
      case COPY -> paths.composites().submit(this, request);
      case MAPPING -> paths.mapping().submit(this, request);
      case SAVE_RESERVATIONS -> admit(request);
      case FLUSH -> request.complete(BlockStatus.OK);
    }
  }

  private static boolean isNothing(BlockRequest request) {
    return request.lengthBytes == 0
        && request.operation != BlockOperation.SAVE_RESERVATIONS
        && request.operation != BlockOperation.FLUSH;
  }

  private static boolean isWholeBlocks(BlockRequest request) {
    return ((request.offsetBytes | request.lengthBytes) & (BLOCK_BYTES - 1)) == 0;
  }

  private BlockStatus check(BlockRequest request) {
    if (gone || transform == null || paths.isFailed()) {
      boolean readable = !gone && transform != null && request.operation == BlockOperation.READ;
      if (!readable) {
        return BlockStatus.OFFLINE;
      }
    }
    if (request.operation == BlockOperation.FLUSH
        || request.operation == BlockOperation.SAVE_RESERVATIONS) {
      return BlockStatus.OK;
    }
    if (!geometry.contains(request.offsetBytes, request.lengthBytes)) {
      return BlockStatus.OUT_OF_RANGE;
    }
    if (!geometry.isAligned(request.offsetBytes, request.lengthBytes)) {
      return BlockStatus.INVALID;
    }
    return checkData(request);
  }

  private BlockStatus checkData(BlockRequest request) {
    long dataBytes =
        switch (request.operation) {
          case READ, WRITE, COMPARE, OR_WRITE -> request.lengthBytes;
          case COMPARE_AND_WRITE -> 2 * request.lengthBytes;
          default -> 0;
        };
    boolean fits =
        dataBytes == 0
            || (request.lengthBytes <= VolumeGeometry.TRANSFER_BYTES_MAX
                && request.data.capacity() >= dataBytes);
    if (!fits) {
      return BlockStatus.INVALID;
    }
    if (request.operation != BlockOperation.COPY) {
      return BlockStatus.OK;
    }
    BlockVolume source = request.source;
    if (source == null
        || !source.geometry().isAligned(request.sourceOffsetBytes, request.lengthBytes)) {
      return BlockStatus.INVALID;
    }
    if (!source.geometry().contains(request.sourceOffsetBytes, request.lengthBytes)) {
      return BlockStatus.OUT_OF_RANGE;
    }
    long apart = Math.abs(request.sourceOffsetBytes - request.offsetBytes);
    return source == this && apart < request.lengthBytes ? BlockStatus.INVALID : BlockStatus.OK;
  }

  /// Lets a write of whole blocks in, unless an atomic update has a claim on them.
  private void admit(BlockRequest request) {
    boolean ranged = request.operation != BlockOperation.SAVE_RESERVATIONS;
    long end = request.offsetBytes + request.lengthBytes;
    if (ranged && isClaimed(request.offsetBytes, end)) {
      lockedOut.add(request);
      return;
    }
    currentTurn.entered();
    request.slot = currentTurn;
    paths.writes().submit(request);
  }

  private boolean isClaimed(long fromByte, long toByte) {
    for (AtomicUpdate update = firstUpdate; update != null; update = update.nextInVolume) {
      if (update.overlaps(fromByte, toByte)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean abort(BlockRequest request) {
    boolean withdrawn = lockedOut.remove(request);
    if (!withdrawn && paths.writes().abort(request)) {
      WritePath.end(request, BlockStatus.ABORTED);
      return true;
    }
    withdrawn =
        withdrawn
            || paths.reads().abort(request)
            || paths.updates().abort(request)
            || paths.composites().abort(request)
            || paths.mapping().abort(request);
    if (withdrawn) {
      request.slot = null;
      request.complete(BlockStatus.ABORTED);
    }
    return withdrawn;
  }

  // What atomic updates call.

  void enter(AtomicUpdate update) {
    update.nextInVolume = null;
    if (firstUpdate == null) {
      firstUpdate = update;
      return;
    }
    AtomicUpdate last = firstUpdate;
    while (last.nextInVolume != null) {
      last = last.nextInVolume;
    }
    last.nextInVolume = update;
  }

  /// Whether an update that came before `update` has a claim on any of its blocks.
  boolean isLockedBefore(AtomicUpdate update) {
    AtomicUpdate other = firstUpdate;
    while (other != null && other != update) {
      if (other.overlaps(update)) {
        return true;
      }
      other = other.nextInVolume;
    }
    return false;
  }

  WriteTurn newTurn() {
    WriteTurn turn = new WriteTurn(this, currentTurn.number + 1);
    currentTurn.next = turn;
    currentTurn = turn;
    forgetDrained();
    return turn;
  }

  /// Whether all writes of the turns before this one have ended. The turn itself may be forgotten
  /// by then, if nobody has entered it and another came after it.
  boolean isReached(WriteTurn turn) {
    return turn.number <= oldestTurn.number;
  }

  void onTurnDrained() {
    if (oldestTurn == currentTurn) {
      return;
    }
    forgetDrained();
    AtomicUpdate update = firstUpdate;
    while (update != null) {
      AtomicUpdate rest = update.nextInVolume;
      update.onTurn();
      update = rest;
    }
  }

  private void forgetDrained() {
    while (oldestTurn != currentTurn && oldestTurn.isDrained()) {
      oldestTurn = Check.present(oldestTurn.next, "turns are linked");
    }
  }

  void leave(AtomicUpdate update) {
    AtomicUpdate before = null;
    AtomicUpdate at = firstUpdate;
    while (at != update) {
      before = Check.present(at, "an update leaves what it entered");
      at = before.nextInVolume;
    }
    if (before == null) {
      firstUpdate = update.nextInVolume;
    } else {
      before.nextInVolume = update.nextInVolume;
    }
    AtomicUpdate other = firstUpdate;
    while (other != null) {
      AtomicUpdate rest = other.nextInVolume;
      other.retry();
      other = rest;
    }
    BlockRequest request = lockedOut.takeAll();
    while (request != null) {
      BlockRequest rest = request.next;
      request.next = null;
      admit(request);
      request = rest;
    }
  }
}
