package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.EntryBatch;
import io.ashlar.core.index.LookupResult;
import io.ashlar.core.index.Waiter;
import io.ashlar.core.store.IoBuffers.IoBuffer;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeGeometry;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// One read under way. It captures and pins the entries of up to 256 blocks in one step, reads them
/// chunk by chunk, and opens each block into the request's memory. Made at start and reused.
final class ReadOperation extends Waiter {
  /// Where a read is.
  private enum State {
    /// Not in use.
    IDLE,
    /// Asks the index; moved on by [#onIndexProgress].
    LOOKUP,
    /// Has entries pinned and a chunk to read.
    CHUNK,
    /// Waits for the device; moved on by [#onRead].
    READING,
    /// Has a chunk in memory.
    OPENING,
    /// All blocks of this capture are done.
    CAPTURED_DONE,
    /// Ends the request.
    DONE
  }

  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private final ReadPath path;
  private final IoBuffer own;
  private final EntryBatch batch = new EntryBatch();
  private final EntryFlyweight entry = new EntryFlyweight();
  private final int[] bufferOffsets = new int[IoBuffers.LARGE_BLOCKS];
  @Nullable ReadOperation nextFree;

  private State state = State.IDLE;
  private @Nullable BlockRequest request;
  private IoBuffer buffer;
  private int layer;
  private long firstBlock;
  private long lastBlock;
  private int capturedBlocks;
  private int chunkFirst;
  private int chunkBlocks;
  private int outstanding;
  private DeviceStatus deviceStatus = DeviceStatus.OK;
  private BlockStatus status = BlockStatus.OK;

  ReadOperation(ReadPath path, UnsafeBuffer memory) {
    this.path = path;
    own = new IoBuffer(memory, ReadPath::onDeviceRead);
    buffer = own;
  }

  void start(int layer, BlockRequest request) {
    this.request = request;
    this.layer = layer;
    firstBlock = request.offsetBytes / BLOCK_BYTES;
    lastBlock = (request.offsetBytes + request.lengthBytes - 1) / BLOCK_BYTES;
    status = BlockStatus.OK;
    state = State.LOOKUP;
    advance();
  }

  @Override
  public void onIndexProgress() {
    advance();
  }

  private void advance() {
    State before;
    do {
      before = state;
      state =
          switch (before) {
            case LOOKUP -> lookup();
            case CHUNK -> readChunk();
            case OPENING -> openChunk();
            case CAPTURED_DONE -> nextCapture();
            case IDLE, READING, DONE -> before;
          };
    } while (state != before);
    if (state == State.DONE) {
      finish();
    }
  }

  private State lookup() {
    if (!path.index.hasLayer(layer)) {
      // Its volume was deleted while the read waited.
      status = BlockStatus.OFFLINE;
      return State.DONE;
    }
    capturedBlocks = (int) Math.min(EntryBatch.BLOCKS_MAX, lastBlock - firstBlock + 1);
    LookupResult result = path.index.lookup(layer, firstBlock, capturedBlocks, batch, this);
    return switch (result) {
      case PENDING -> State.LOOKUP;
      case DAMAGED -> {
        path.health.indexDamaged(batch.damage());
        yield fail(firstBlock);
      }
      case FOUND -> {
        pin();
        chunkFirst = 0;
        yield State.CHUNK;
      }
    };
  }

  private State fail(long block) {
    status = BlockStatus.MEDIUM_ERROR;
    BlockRequest r = Check.present(request, "an operation has its request");
    r.resultBytes = Math.max(block * BLOCK_BYTES, r.offsetBytes);
    return State.DONE;
  }

  private void pin() {
    for (int i = 0; i < capturedBlocks; i++) {
      batch.entry(i, entry);
      if (entry.isStored()) {
        path.pin(entry);
      }
    }
  }

  private void unpin() {
    for (int i = 0; i < capturedBlocks; i++) {
      batch.entry(i, entry);
      if (entry.isStored()) {
        path.unpin(entry);
      }
    }
  }

  private State readChunk() {
    int left = capturedBlocks - chunkFirst;
    if (left > 1 && buffer == own) {
      IoBuffer large = path.buffers.take();
      buffer = large == null ? own : large;
    }
    deviceStatus = DeviceStatus.OK;
    // One more than there are, so that nothing ends before all are submitted.
    outstanding = 1;
    chunkBlocks = submitRuns(Math.min(left, buffer.blocks()));
    outstanding--;
    return outstanding == 0 ? State.OPENING : State.READING;
  }

  /// One device read for each run of blocks that lie side by side, from where the device can begin
  /// to where it can end.
  ///
  /// @return how many of `blocks` the buffer had room for: one at least
  private int submitRuns(int blocks) {
    int runs = 0;
    int filled = 0;
    int i = 0;
    while (i < blocks) {
      batch.entry(chunkFirst + i, entry);
      if (entry.isStored()) {
        long from = Sectors.toBytes(entry.address());
        long begin = from & -path.alignmentBytes;
        long end = Sectors.align(from + entry.length(), path.alignmentBytes);
        boolean isNext = runs > 0 && reaches(buffer.requests[runs - 1], begin);
        DeviceRequest run = buffer.requests[isNext ? runs - 1 : runs];
        long longer = Math.max(0, end - (isNext ? run.offset + run.length : begin));
        if (filled + longer > buffer.memory.capacity()) {
          break;
        }
        if (!isNext) {
          begin(run, begin, filled);
          runs++;
        }
        run.length += longer;
        filled += (int) longer;
        bufferOffsets[i] = filled - (int) (run.offset + run.length - from);
      }
      i++;
    }
    for (int run = 0; run < runs; run++) {
      outstanding++;
      path.device.submit(buffer.requests[run]);
    }
    return i;
  }

  /// Whether a read can be made longer so as to hold what begins at `offset`.
  private static boolean reaches(DeviceRequest run, long offset) {
    return offset >= run.offset && offset <= run.offset + run.length;
  }

  private void begin(DeviceRequest run, long offset, int bufferOffset) {
    run.operation = DeviceOperation.READ;
    run.offset = offset;
    run.length = 0;
    run.address = buffer.memory.addressOffset() + bufferOffset;
    run.attachment = this;
  }

  void onRead(DeviceRequest read) {
    if (read.status != DeviceStatus.OK) {
      deviceStatus = read.status;
      path.health.readFailed(read);
    }
    outstanding--;
    if (outstanding == 0 && state == State.READING) {
      state = State.OPENING;
      advance();
    }
  }

  private State openChunk() {
    if (!path.index.hasLayer(layer)) {
      // Its volume was deleted meanwhile, and the keys with it: that is no damage.
      unpin();
      status = BlockStatus.OFFLINE;
      return State.DONE;
    }
    for (int i = 0; i < chunkBlocks; i++) {
      if (!openBlock(i)) {
        long bad = firstBlock + chunkFirst + i;
        unpin();
        return fail(bad);
      }
    }
    chunkFirst += chunkBlocks;
    return chunkFirst < capturedBlocks ? State.CHUNK : State.CAPTURED_DONE;
  }

  private boolean openBlock(int i) {
    BlockRequest r = Check.present(request, "an operation has its request");
    batch.entry(chunkFirst + i, entry);
    if (entry.isPoisoned() || (entry.isStored() && deviceStatus != DeviceStatus.OK)) {
      return false;
    }
    long block = firstBlock + chunkFirst + i;
    if (r.operation == BlockOperation.VERIFY) {
      return !entry.isStored() || path.verify(block, entry, buffer.memory, bufferOffsets[i]);
    }
    long blockStart = block * BLOCK_BYTES;
    long from = Math.max(blockStart, r.offsetBytes);
    long to = Math.min(blockStart + BLOCK_BYTES, r.offsetBytes + r.lengthBytes);
    int target = (int) (from - r.offsetBytes);
    int length = (int) (to - from);
    if (!entry.isStored()) {
      r.data.setMemory(target, length, (byte) 0);
      return true;
    }
    if (length == BLOCK_BYTES) {
      return path.open(block, entry, buffer.memory, bufferOffsets[i], r.data, target);
    }
    boolean opened = path.open(block, entry, buffer.memory, bufferOffsets[i], path.partBlock, 0);
    if (opened) {
      r.data.putBytes(target, path.partBlock, (int) (from - blockStart), length);
    }
    return opened;
  }

  private State nextCapture() {
    unpin();
    firstBlock += capturedBlocks;
    return firstBlock <= lastBlock ? State.LOOKUP : State.DONE;
  }

  private void finish() {
    BlockRequest done = Check.present(request, "an operation has its request");
    request = null;
    state = State.IDLE;
    if (buffer != own) {
      path.buffers.give(buffer);
      buffer = own;
    }
    path.release(this);
    done.complete(status);
  }
}
