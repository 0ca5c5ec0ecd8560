package io.ashlar.target.nvme.queue;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Memory outside the heap for one command's data, with room before it for the PDU's header and
/// behind it for digest and response, so that all of it goes out in one piece without a copy.
///
/// ```
/// 0               128                    128 + data        + 64
/// +- header room -+- data -------------- +- tail room ------+
/// ```
///
/// It is a `ByteBuf`, made once: the last release gives it back to its pool, whether by its queue
/// or by Netty once it is written.
final class PayloadBlock extends UnpooledDirectByteBuf {
  /// Where data starts: enough for a C2HData header with digest at a host's widest alignment.
  static final int DATA_START = 128;

  /// Data digest, response capsule and its digest.
  static final int TAIL_BYTES = 64;

  private final PayloadPool pool;
  private final int sizeClass;
  private final ByteBuffer memory;
  private final long address;
  private final UnsafeBuffer bytes;

  /// The next free block of the pool's list.
  @Nullable PayloadBlock next;

  /// Who holds it; null while free, and for blocks that nobody is charged for.
  @Nullable PayloadAccount holder;

  PayloadBlock(PayloadPool pool, int sizeClass, ByteBuffer memory) {
    super(UnpooledByteBufAllocator.DEFAULT, memory, memory.capacity());
    this.pool = pool;
    this.sizeClass = sizeClass;
    this.memory = memory;
    address = BufferUtil.address(memory);
    bytes = new UnsafeBuffer(memory);
  }

  /// The whole block, header room included.
  UnsafeBuffer bytes() {
    return bytes;
  }

  int sizeClass() {
    return sizeClass;
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    return address;
  }

  @Override
  protected void deallocate() {
    resetRefCnt();
    pool.giveBack(this);
  }

  /// Returns the memory to the system; the block must not be used again.
  void free() {
    BufferUtil.free(memory);
  }
}
