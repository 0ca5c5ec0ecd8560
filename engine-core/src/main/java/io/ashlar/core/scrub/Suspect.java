package io.ashlar.core.scrub;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.index.Waiter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Something that is not what was written, and the question whether anybody refers to it.
final class Suspect extends Waiter {
  private final Scrubber scrubber;
  final EntryFlyweight entry = new EntryFlyweight();
  boolean isPage;
  int layer;
  int level;
  long lba;

  Suspect(Scrubber scrubber) {
    this.scrubber = scrubber;
    entry.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFlyweight.BYTES)), 0);
  }

  @Override
  public void onIndexProgress() {
    scrubber.ask();
  }
}
