package io.ashlar.core.offline;

import io.ashlar.core.format.EntryFlyweight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/// Versions of a leaf's blocks from the log's last groups, of which nothing says that they became
/// durable: what was under way when power was lost. Some of them may have been acked. Each counts
/// if it can be read; if not, it may be one that never counted.
final class TailVersions {
  /// A version of a block.
  private record Version(int slot, EntryFlyweight entry) {}

  private final List<Version> versions = new ArrayList<>(0);

  /// Takes a version, in any order.
  void add(int slot, EntryFlyweight found) {
    EntryFlyweight copy = new EntryFlyweight();
    copy.wrap(new UnsafeBuffer(new byte[EntryFlyweight.BYTES]), 0).copyFrom(found);
    versions.add(new Version(slot, copy));
  }

  /// Versions of a block that came after `writeId`, newest first.
  List<EntryFlyweight> newerThan(int slot, long writeId) {
    return versions.stream()
        .filter(each -> each.slot == slot && each.entry.writeId() > writeId)
        .map(Version::entry)
        .sorted(Comparator.comparingLong(EntryFlyweight::writeId).reversed())
        .toList();
  }
}
