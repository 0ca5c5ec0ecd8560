package io.ashlar.simulation;

import java.util.BitSet;

/// A write that a crash may keep, lose or tear: completed into the volatile cache, or in flight.
/// Never changes.
public final class UnsyncedWrite {
  /// The unit in which a write tears: sectors are written whole or not at all.
  public static final int SECTOR_BYTES = 512;

  private static final BitSet NONE = new BitSet(0);

  private final long number;
  private final long offset;
  private final byte[] data;
  private final Progress progress;
  private final BitSet superseded;

  /// How far a write got.
  public enum Progress {
    /// Submitted; its owner does not know more.
    IN_FLIGHT,
    /// Its owner was told that it is done, not that it is durable.
    CACHED
  }

  private UnsyncedWrite(
      long number, long offset, byte[] data, Progress progress, BitSet superseded) {
    this.number = number;
    this.offset = offset;
    this.data = data;
    this.progress = progress;
    this.superseded = superseded;
  }

  /// Counts the device's writes from 1 in order of submission.
  public long number() {
    return number;
  }

  public long offset() {
    return offset;
  }

  public Progress progress() {
    return progress;
  }

  /// What it writes; not to be changed.
  byte[] data() {
    return data;
  }

  /// Whether a later write made this sector of it durable, so that it may not change it any more.
  boolean isSuperseded(int sector) {
    return superseded.get(sector);
  }

  static UnsyncedWrite inFlight(long number, long offset, byte[] data) {
    return new UnsyncedWrite(number, offset, data, Progress.IN_FLIGHT, NONE);
  }

  UnsyncedWrite cached() {
    return new UnsyncedWrite(number, offset, data, Progress.CACHED, superseded);
  }

  /// How many sectors it writes.
  public int sectors() {
    return data.length / SECTOR_BYTES;
  }

  boolean overlaps(long from, long length) {
    return offset < from + length && from < offset + data.length;
  }

  /// This write without its effect on a range that was written durably after it.
  UnsyncedWrite without(long from, long length) {
    long first = Math.max(0, from - offset) / SECTOR_BYTES;
    long end = Math.min(data.length, from + length - offset) / SECTOR_BYTES;
    BitSet more = (BitSet) superseded.clone();
    more.set((int) first, (int) end);
    return new UnsyncedWrite(number, offset, data, progress, more);
  }

  /// Writes the sectors from `first` up to `end` to the medium, except superseded ones.
  void applyTo(DiskImage image, int first, int end) {
    int from = superseded.nextClearBit(first);
    while (from < end) {
      int stop = superseded.nextSetBit(from);
      int to = stop < 0 ? end : Math.min(stop, end);
      image.write(
          offset + (long) from * SECTOR_BYTES,
          data,
          from * SECTOR_BYTES,
          (to - from) * SECTOR_BYTES);
      from = superseded.nextClearBit(to);
    }
  }
}
