package io.ashlar.core.segment;

import io.ashlar.core.base.Check;

/// A device's free segments, leased to lanes one by one. It is not stored: at start it is what no
/// lane's checkpoint and log claim. First in, first out, so that segments wear evenly.
public final class FreeSegments {
  private final int[] ring;
  private int head;
  private int count;

  /// @param segments how many segments the device has
  public FreeSegments(int segments) {
    ring = new int[segments];
  }

  public int count() {
    return count;
  }

  /// Takes the segment that has been free the longest; -1 if there is none.
  public int take() {
    if (count == 0) {
      return -1;
    }
    int segment = ring[head];
    head = (head + 1) % ring.length;
    count--;
    return segment;
  }

  public void give(int segment) {
    Check.that(count < ring.length, "no segment is free twice", segment);
    ring[(head + count) % ring.length] = segment;
    count++;
  }
}
