package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;
import io.ashlar.target.iscsi.scsi.LogicalUnit;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A shard's memory for data on their way, in a few sizes and within a budget. Buffers are made
/// when first needed and kept. Used by one thread.
final class TransferBufferPool {
  /// The sizes that there are.
  static final int[] SIZES = {
    4096, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024, LogicalUnit.TRANSFER_BYTES_MAX
  };

  /// The least budget: two of the longest transfers.
  static final long BUDGET_BYTES_MIN = 2L * SIZES[SIZES.length - 1];

  /// A session may hold this part of the budget at most, or one buffer.
  private static final int SESSION_SHARE = 4;

  /// Outgoing PDUs are gathered in buffers of this size.
  static final int CHUNK_BYTES = SIZES[2];

  private final long budgetBytes;
  private final ArrayDeque<TransferBuffer>[] free;
  private long madeBytes;
  private long freeBytes;

  @SuppressWarnings({"unchecked", "rawtypes"})
  TransferBufferPool(long budgetBytes) {
    Check.that(budgetBytes >= BUDGET_BYTES_MIN, "budget holds two transfers", budgetBytes);
    this.budgetBytes = budgetBytes;
    this.free = new ArrayDeque[SIZES.length];
    for (int i = 0; i < free.length; i++) {
      free[i] = new ArrayDeque<>();
    }
  }

  /// A buffer of at least `bytes`, or null if that would exceed the budget or the session's share.
  @Nullable TransferBuffer acquire(int bytes, TransferShare holder) {
    int sizeClass = sizeClass(bytes);
    if (!isWithinShare(SIZES[sizeClass], holder)) {
      return null;
    }
    TransferBuffer buffer = take(sizeClass);
    if (buffer == null && madeBytes + SIZES[sizeClass] > budgetBytes) {
      trim();
    }
    if (buffer == null && madeBytes + SIZES[sizeClass] <= budgetBytes) {
      buffer = make(sizeClass);
    }
    if (buffer != null) {
      buffer.holder = holder;
      holder.took(buffer.capacity());
    }
    return buffer;
  }

  private boolean isWithinShare(int bytes, TransferShare holder) {
    return holder.heldBytes() == 0 || holder.heldBytes() + bytes <= budgetBytes / SESSION_SHARE;
  }

  /// Whether a session was refused for its own share, not for want of memory.
  boolean hasSpentShare(int bytes, TransferShare holder) {
    return !isWithinShare(SIZES[sizeClass(bytes)], holder);
  }

  /// A buffer for outgoing PDUs. Never refused: what is to be sent is bounded by the commands under
  /// way, and sending is what frees memory.
  TransferBuffer acquireChunk() {
    int sizeClass = sizeClass(CHUNK_BYTES);
    TransferBuffer kept = take(sizeClass);
    return kept == null ? make(sizeClass) : kept;
  }

  void release(TransferBuffer buffer) {
    Check.that(!buffer.isInTransit(), "a buffer returns when the socket is done with it");
    buffer.bytes.clear();
    leaveHolder(buffer);
    if (madeBytes > budgetBytes) {
      drop(buffer);
      return;
    }
    freeBytes += buffer.capacity();
    free[buffer.sizeClass].push(buffer);
  }

  /// Gives up a buffer that the socket will release.
  void abandon(TransferBuffer buffer) {
    leaveHolder(buffer);
    drop(buffer);
  }

  private static void leaveHolder(TransferBuffer buffer) {
    TransferShare holder = buffer.holder;
    if (holder != null) {
      buffer.holder = null;
      holder.gaveBack(buffer.capacity());
    }
  }

  long usedBytes() {
    return madeBytes - freeBytes;
  }

  /// All memory that this pool has of the system.
  long totalBytes() {
    return madeBytes;
  }

  /// Gives all free memory back.
  void trim() {
    for (ArrayDeque<TransferBuffer> list : free) {
      for (TransferBuffer buffer = list.poll(); buffer != null; buffer = list.poll()) {
        freeBytes -= buffer.capacity();
        drop(buffer);
      }
    }
  }

  private @Nullable TransferBuffer take(int sizeClass) {
    TransferBuffer kept = free[sizeClass].poll();
    if (kept != null) {
      freeBytes -= kept.capacity();
    }
    return kept;
  }

  private TransferBuffer make(int sizeClass) {
    madeBytes += SIZES[sizeClass];
    return new TransferBuffer(
        PooledByteBufAllocator.DEFAULT.directBuffer(SIZES[sizeClass], SIZES[sizeClass]), sizeClass);
  }

  private void drop(TransferBuffer buffer) {
    madeBytes -= buffer.capacity();
    buffer.bytes.release();
  }

  private static int sizeClass(int bytes) {
    for (int i = 0; i < SIZES.length; i++) {
      if (bytes <= SIZES[i]) {
        return i;
      }
    }
    throw new IllegalArgumentException("no transfer is that long: bytes=" + bytes);
  }
}
