package io.ashlar.core.index;

import io.ashlar.core.format.EntryFlyweight;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// A block change that could not be merged because its leaf is damaged. It is part of the
/// checkpoint and goes into the next generation of the delta table.
public final class CarriedPoint {
  public int layer;
  public long lba;

  /// Whether it is a relocation whose leaf nobody has read yet.
  public boolean isUnverified;

  /// The change itself: a block, or a tombstone.
  public final EntryFlyweight entry = new EntryFlyweight();

  public CarriedPoint() {
    entry.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFlyweight.BYTES)), 0);
  }
}
