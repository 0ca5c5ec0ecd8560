package io.ashlar.simulation;

import static io.ashlar.simulation.UnsyncedWrite.SECTOR_BYTES;

import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;

/// A disk's volatile write cache: completed writes in the order of their completion, which only
/// reads see yet.
final class DiskCache {
  private final DiskImage medium;
  private final ArrayList<Entry> entries = new ArrayList<>();
  private long lastSequence;

  private record Entry(long sequence, UnsyncedWrite write) {}

  DiskCache(DiskImage medium) {
    this.medium = medium;
  }

  int size() {
    return entries.size();
  }

  /// The sequence of the newest write that was ever added; what a flush must reach.
  long lastSequence() {
    return lastSequence;
  }

  void add(UnsyncedWrite write) {
    entries.add(new Entry(++lastSequence, write.cached()));
  }

  void addTo(List<UnsyncedWrite> all) {
    entries.forEach(entry -> all.add(entry.write));
  }

  /// Lays the cached writes over what was read from the medium.
  void overlay(long offset, MutableDirectBuffer into, int length) {
    for (Entry entry : entries) {
      if (entry.write.overlaps(offset, length)) {
        overlay(entry.write, offset, into, length);
      }
    }
  }

  private static void overlay(
      UnsyncedWrite write, long offset, MutableDirectBuffer into, int length) {
    long from = Math.max(offset, write.offset());
    long end = Math.min(offset + length, write.offset() + write.data().length);
    for (long at = from; at < end; at += SECTOR_BYTES) {
      int within = (int) (at - write.offset());
      if (!write.isSuperseded(within / SECTOR_BYTES)) {
        into.putBytes((int) (at - offset), write.data(), within, SECTOR_BYTES);
      }
    }
  }

  /// Writes one cached write to the medium, perhaps before older ones: those may not undo it later.
  void destage(int index) {
    UnsyncedWrite write = entries.remove(index).write;
    write.applyTo(medium, 0, write.sectors());
    supersede(index, write.offset(), write.data().length);
  }

  /// Writes to the medium what was added up to `sequence`.
  void destageThrough(long sequence) {
    int count = 0;
    while (count < entries.size() && entries.get(count).sequence <= sequence) {
      UnsyncedWrite write = entries.get(count).write;
      write.applyTo(medium, 0, write.sectors());
      count++;
    }
    entries.subList(0, count).clear();
  }

  /// The medium's range was changed past the cache: what the cache holds of it is old.
  void supersede(long offset, long length) {
    supersede(entries.size(), offset, length);
  }

  private void supersede(int count, long offset, long length) {
    for (int i = 0; i < count; i++) {
      Entry entry = entries.get(i);
      if (entry.write.overlaps(offset, length)) {
        entries.set(i, new Entry(entry.sequence, entry.write.without(offset, length)));
      }
    }
  }
}
