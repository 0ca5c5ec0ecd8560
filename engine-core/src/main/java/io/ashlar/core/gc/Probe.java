package io.ashlar.core.gc;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.index.Liveness;
import io.ashlar.core.index.Waiter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// One block or page of the victim, and the question whether it lives.
final class Probe extends Waiter {
  private final Cleaner cleaner;
  final EntryFlyweight stored = new EntryFlyweight();
  int layer;
  long lba;
  int memoryOffset;
  boolean isPage;
  int level;
  Liveness verdict = Liveness.PENDING;

  Probe(Cleaner cleaner) {
    this.cleaner = cleaner;
    stored.wrap(new UnsafeBuffer(ByteBuffer.allocateDirect(EntryFlyweight.BYTES)), 0);
  }

  @Override
  public void onIndexProgress() {
    cleaner.ask(this);
  }
}
