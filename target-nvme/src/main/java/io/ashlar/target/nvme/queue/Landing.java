package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/// The part of a [PayloadBlock] that the data to come belongs to, as a buffer that a socket is read
/// into: what comes is where it is wanted, without a copy. Made once for each connection and
/// pointed at one block after the other; it has no bytes of its own, and is only filled and asked
/// for its address.
final class Landing extends UnpooledDirectByteBuf {
  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private @Nullable PayloadBlock block;
  private int start;
  private int lengthBytes;

  Landing(int lengthBytesMax) {
    super(UnpooledByteBufAllocator.DEFAULT, NOTHING, lengthBytesMax);
  }

  /// Points at `block[start, start + lengthBytes)`, all of it yet to be filled.
  Landing at(PayloadBlock target, int startOffset, int length) {
    block = target;
    start = startOffset;
    lengthBytes = length;
    setIndex(0, 0);
    return this;
  }

  @Override
  public int capacity() {
    return lengthBytes;
  }

  @Override
  public boolean hasMemoryAddress() {
    return true;
  }

  @Override
  public long memoryAddress() {
    return requireNonNull(block, "points at a block").memoryAddress() + start;
  }

  /// For sockets that do not read to an address.
  @Override
  public int setBytes(int index, ScatteringByteChannel in, int length) throws IOException {
    return requireNonNull(block, "points at a block").setBytes(start + index, in, length);
  }

  @Override
  protected void deallocate() {
    resetRefCnt();
    block = null;
    lengthBytes = 0;
  }
}
