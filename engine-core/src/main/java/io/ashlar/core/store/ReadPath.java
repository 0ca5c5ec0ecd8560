package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.transform.BlockOpener;
import io.ashlar.core.transform.OpenResult;
import io.ashlar.core.transform.SealedBlock;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Reads blocks for all volumes of the lane, whole or in part, aligned or not.
final class ReadPath {
  /// A read of unmapped blocks ends at once, and whoever hears of it may submit the next: so deep
  /// and no deeper.
  private static final int DEPTH_MAX = 16;

  final BlockIndex index;
  final SegmentTable segments;
  final SubmissionQueue device;
  final HealthLog health;
  final IoBuffers buffers;
  final int alignmentBytes;

  /// For a block of which only a part is wanted.
  final UnsafeBuffer partBlock =
      new UnsafeBuffer(ByteBuffer.allocateDirect(VolumeGeometry.BLOCK_BYTES));

  private final BlockOpener opener;
  private final SealedBlock sealed = new SealedBlock();
  private final RequestQueue waiting = new RequestQueue();
  private @Nullable ReadOperation free;
  private int inUse;
  private int depth;

  /// What reads work with.
  record Parts(
      BlockIndex index,
      SegmentTable segments,
      SubmissionQueue device,
      BlockOpener opener,
      HealthLog health) {}

  /// @param arena holds [#memoryBytes] from `offset` on
  ReadPath(Parts parts, ByteBuffer arena, int offset, StoreOptions.Sizing sizing) {
    index = parts.index;
    segments = parts.segments;
    device = parts.device;
    opener = parts.opener;
    health = parts.health;
    alignmentBytes = segments.geometry().alignmentBytes();
    buffers = new IoBuffers(arena, offset, sizing.largeReadBuffers(), ReadPath::onDeviceRead);
    int at = offset + IoBuffers.memoryBytes(sizing.largeReadBuffers());
    for (int i = 0; i < sizing.readOperations(); i++) {
      int from = at + i * IoBuffers.SINGLE_BYTES;
      inUse++;
      release(new ReadOperation(this, new UnsafeBuffer(arena, from, IoBuffers.SINGLE_BYTES)));
    }
  }

  static int memoryBytes(StoreOptions.Sizing sizing) {
    return IoBuffers.memoryBytes(sizing.largeReadBuffers())
        + sizing.readOperations() * IoBuffers.SINGLE_BYTES;
  }

  /// Starts a read or verify of `layer`, or queues it.
  void submit(int layer, BlockRequest request) {
    ReadOperation operation = free;
    if (operation == null || depth == DEPTH_MAX) {
      request.resultBytes = layer;
      waiting.add(request);
      return;
    }
    free = operation.nextFree;
    inUse++;
    depth++;
    operation.start(layer, request);
    depth--;
  }

  boolean abort(BlockRequest request) {
    return waiting.remove(request);
  }

  /// Starts reads that could not start when they came.
  int drain() {
    int started = 0;
    while (free != null && !waiting.isEmpty()) {
      BlockRequest request = Check.present(waiting.poll(), "not empty");
      submit((int) request.resultBytes, request);
      started++;
    }
    return started;
  }

  boolean isIdle() {
    return inUse == 0 && waiting.isEmpty();
  }

  void release(ReadOperation operation) {
    operation.nextFree = free;
    free = operation;
    inUse--;
  }

  static void onDeviceRead(DeviceRequest read) {
    ((ReadOperation) Check.present(read.attachment, "a read knows its operation")).onRead(read);
  }

  void pin(EntryFlyweight entry) {
    int segment = segments.segmentOf(entry.address(), entry.generation());
    Check.that(segment >= 0, "the index names no segment that is gone", entry.address());
    segments.pin(segment);
  }

  void unpin(EntryFlyweight entry) {
    segments.unpin(segments.geometry().segmentOf(entry.address()));
  }

  boolean verify(long block, EntryFlyweight entry, UnsafeBuffer source, int offset) {
    return proved(block, opener.verify(fill(block, entry), source, offset), entry);
  }

  boolean open(
      long block,
      EntryFlyweight entry,
      UnsafeBuffer source,
      int offset,
      UnsafeBuffer target,
      int targetOffset) {
    SealedBlock filled = fill(block, entry);
    return proved(block, opener.open(filled, source, offset, target, targetOffset), entry);
  }

  private SealedBlock fill(long block, EntryFlyweight entry) {
    sealed.identify(entry.owner(), block, entry.writeId());
    sealed.codec = entry.codec();
    sealed.storedLength = entry.length();
    sealed.keyGeneration = entry.keyGeneration();
    sealed.crc32c = entry.checksum();
    return sealed;
  }

  private boolean proved(long block, OpenResult result, EntryFlyweight entry) {
    if (result == OpenResult.OK) {
      return true;
    }
    health.blockDamaged(entry, block, result);
    return false;
  }
}
