package io.ashlar.core.store;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Requests that are several others: copies, and unmaps that begin or end within a block.
final class CompositeOperations extends RequestSlots {
  CompositeOperations(int slots) {
    for (int i = 0; i < slots; i++) {
      ByteBuffer scratch = ByteBuffer.allocateDirect(CompositeOperation.CHUNK_BYTES);
      add(new CompositeOperation(this, new UnsafeBuffer(scratch)));
    }
  }
}
