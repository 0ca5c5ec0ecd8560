package io.ashlar.core.segment;

import io.ashlar.core.base.Check;

/// A device's free segments, leased to lanes one by one. It is not stored: at start it is what no
/// lane's checkpoint and log claim. First in, first out, so that segments wear evenly.
///
/// On a thin device the segments that are prepared go first, and what comes back waits until
/// somebody has looked whether it has its place on the medium.
public final class FreeSegments {
  /// Segments in a row.
  private static final class Ring {
    private final int[] segments;
    private int head;
    private int count;

    Ring(int capacity) {
      segments = new int[capacity];
    }

    int take() {
      if (count == 0) {
        return -1;
      }
      int segment = segments[head];
      head = (head + 1) % segments.length;
      count--;
      return segment;
    }

    void give(int segment) {
      Check.that(count < segments.length, "no segment is free twice", segment);
      segments[(head + count) % segments.length] = segment;
      count++;
    }
  }

  private final Ring ready;
  private final Ring raw;
  private final Ring returned;

  private FreeSegments(Ring ready, Ring raw, Ring returned) {
    this.ready = ready;
    this.raw = raw;
    this.returned = returned;
  }

  /// Of a device whose every range has its place.
  ///
  /// @param segments how many segments the device has
  public static FreeSegments of(int segments) {
    Ring ready = new Ring(segments);
    return new FreeSegments(ready, new Ring(0), ready);
  }

  /// Of a device whose segments may have no place on the medium yet.
  public static FreeSegments ofThinDevice(int segments) {
    Ring raw = new Ring(segments);
    return new FreeSegments(new Ring(segments), raw, raw);
  }

  public int count() {
    return ready.count + raw.count;
  }

  /// How many of them are prepared.
  public int readyCount() {
    return ready.count;
  }

  /// Takes the segment that has been free the longest, a prepared one if there is one; -1 if there
  /// is none.
  public int take() {
    int segment = ready.take();
    return segment >= 0 ? segment : raw.take();
  }

  public void give(int segment) {
    returned.give(segment);
  }

  /// Takes a segment to prepare, so that nobody else gets it meanwhile; -1 if there is none.
  public int takeUnprepared() {
    return raw.take();
  }

  /// Gives back what [#takeUnprepared] took.
  public void giveReady(int segment) {
    ready.give(segment);
  }
}
