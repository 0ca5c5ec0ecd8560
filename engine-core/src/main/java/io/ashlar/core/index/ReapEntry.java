package io.ashlar.core.index;

import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A subtree that was unlinked and is still counted.
public final class ReapEntry {
  /// Whose tree it was part of.
  public int layer;

  public int level;
  public long page;

  /// The subtree's topmost page.
  public final PointerFlyweight pointer = new PointerFlyweight();

  public ReapEntry() {
    pointer.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(PointerFlyweight.BYTES)), 0);
  }
}
