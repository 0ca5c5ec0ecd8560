package io.ashlar.target.nvme.queue;

import io.ashlar.core.base.Check;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One shard's memory for data under way: blocks of a few sizes, made when first needed, kept, and
/// bounded in sum. One thread's own.
final class PayloadPool {
  /// How much data the blocks of each class hold.
  private static final int[] CLASS_BYTES = {4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20};

  /// A queue may hold this part of the memory at most, or one block.
  private static final int QUEUE_SHARE = 4;

  private final EventLoop loop;
  private final long bytesMax;
  private final @Nullable PayloadBlock[] free = new PayloadBlock[CLASS_BYTES.length];
  private final ArrayDeque<PayloadAccount> waiting = new ArrayDeque<>();
  private final Runnable wakeTask = this::wake;
  private boolean wakeScheduled;
  private long totalBytes;

  PayloadPool(EventLoop loop, long bytesMax) {
    this.loop = loop;
    this.bytesMax = bytesMax;
  }

  /// A block with room for `dataBytes`, or null if the memory or the account's share is used up;
  /// the account is then told once when some comes free.
  @Nullable PayloadBlock acquire(int dataBytes, PayloadAccount account) {
    int sizeClass = classOf(dataBytes);
    int size = CLASS_BYTES[sizeClass];
    boolean withinShare =
        account.heldBytes() == 0 || account.heldBytes() + size <= bytesMax / QUEUE_SHARE;
    PayloadBlock block = withinShare ? take(sizeClass) : null;
    if (block == null) {
      if (!account.isWaiting()) {
        account.waiting(true);
        waiting.add(account);
      }
      return null;
    }
    return give(block, account);
  }

  /// A block though the memory or the account's share is used up, for a capsule behind which there
  /// are data that free some: not reading on would be for ever. Capsules and the queue's entries
  /// bound it.
  PayloadBlock acquireBeyond(int dataBytes, PayloadAccount account) {
    return give(takeAnyway(classOf(dataBytes)), account);
  }

  private static PayloadBlock give(PayloadBlock block, PayloadAccount account) {
    block.holder = account;
    account.took(CLASS_BYTES[block.sizeClass()]);
    return block;
  }

  /// A block of the smallest class for responses, which must never wait. They are bounded
  /// otherwise: a connection whose host does not read is not read from either.
  PayloadBlock acquirePage() {
    return takeAnyway(0);
  }

  private PayloadBlock takeAnyway(int sizeClass) {
    PayloadBlock block = free[sizeClass];
    return block == null ? allocate(sizeClass) : pop(block, sizeClass);
  }

  /// All memory that this pool has of the system.
  long totalBytes() {
    return totalBytes;
  }

  void giveBack(PayloadBlock block) {
    PayloadAccount holder = block.holder;
    if (holder != null) {
      holder.gaveBack(CLASS_BYTES[block.sizeClass()]);
      block.holder = null;
    }
    if (totalBytes > bytesMax) {
      drop(block);
    } else {
      block.next = free[block.sizeClass()];
      free[block.sizeClass()] = block;
    }
    if (!waiting.isEmpty() && !wakeScheduled) {
      wakeScheduled = true;
      loop.execute(wakeTask);
    }
  }

  /// Returns all free blocks to the system.
  void trim() {
    for (int i = 0; i < free.length; i++) {
      trimClass(i);
    }
  }

  private void wake() {
    wakeScheduled = false;
    for (int left = waiting.size(); left > 0; left--) {
      PayloadAccount account = waiting.remove();
      account.waiting(false);
      account.onMemory();
    }
  }

  private @Nullable PayloadBlock take(int sizeClass) {
    PayloadBlock block = free[sizeClass];
    if (block != null) {
      return pop(block, sizeClass);
    }
    for (int i = 0; i < free.length && !fits(sizeClass); i++) {
      trimClass(i);
    }
    return fits(sizeClass) ? allocate(sizeClass) : null;
  }

  private PayloadBlock pop(PayloadBlock block, int sizeClass) {
    free[sizeClass] = block.next;
    block.next = null;
    return block;
  }

  private boolean fits(int sizeClass) {
    return totalBytes + blockBytes(sizeClass) <= bytesMax;
  }

  private PayloadBlock allocate(int sizeClass) {
    totalBytes += blockBytes(sizeClass);
    return new PayloadBlock(this, sizeClass, ByteBuffer.allocateDirect(blockBytes(sizeClass)));
  }

  private void trimClass(int sizeClass) {
    for (PayloadBlock block = free[sizeClass]; block != null; block = block.next) {
      drop(block);
    }
    free[sizeClass] = null;
  }

  private void drop(PayloadBlock block) {
    totalBytes -= blockBytes(block.sizeClass());
    block.free();
  }

  private static int blockBytes(int sizeClass) {
    return PayloadBlock.DATA_START + CLASS_BYTES[sizeClass] + PayloadBlock.TAIL_BYTES;
  }

  private static int classOf(int dataBytes) {
    for (int i = 0; i < CLASS_BYTES.length; i++) {
      if (dataBytes <= CLASS_BYTES[i]) {
        return i;
      }
    }
    Check.that(false, "a transfer fits the largest block", dataBytes);
    return -1;
  }
}
