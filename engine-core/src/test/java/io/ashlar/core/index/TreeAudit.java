package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/// Counts from scratch what an index references: walks every page of every tree and of the reap
/// list on the device, and every point of the delta table.
final class TreeAudit {
  private final FakePageIo io;
  private final PageCodec codec = new PageCodec(FakePageIo.SECTOR_BYTES);
  private final Map<String, Integer> tree = new TreeMap<>();
  private final Map<String, Integer> delta = new TreeMap<>();

  private TreeAudit(FakePageIo io) {
    this.io = io;
  }

  static void check(BlockIndex index, FakePageIo io, CountingLedger ledger) {
    TreeAudit audit = new TreeAudit(io);
    for (int at = 0; at < index.layerCount(); at++) {
      Layer layer = index.layer(at);
      audit.walk(layer.id(), layer.rootLevel(), 0, layer.root());
    }
    ReapEntry entry = new ReapEntry();
    for (int at = 0; at < index.reapCount(); at++) {
      index.reapEntry(at, entry);
      audit.walk(entry.layer, entry.level, entry.page, entry.pointer);
    }
    audit.count(index.delta.active);
    audit.count(index.delta.frozen);
    assertSame("tree", ledger.tree, audit.tree);
    assertSame("delta", ledger.delta, audit.delta);
  }

  /// Shows the difference only: the maps are long.
  private static void assertSame(
      String what, Map<String, Integer> counted, Map<String, Integer> found) {
    Map<String, Integer> missing = new TreeMap<>(found);
    missing.entrySet().removeAll(counted.entrySet());
    Map<String, Integer> surplus = new TreeMap<>(counted);
    surplus.entrySet().removeAll(found.entrySet());
    assertThat(missing).as("referenced from the %s and not counted", what).isEmpty();
    assertThat(surplus).as("counted for the %s and not referenced", what).isEmpty();
  }

  private void count(DeltaGeneration generation) {
    EntryFlyweight entry = new EntryFlyweight();
    for (int point = 0; point < generation.points(); point++) {
      generation.entry(point, entry);
      if (entry.isStored() && !generation.has(point, DeltaGeneration.SETTLED)) {
        CountingLedger.add(delta, entry.address(), entry.generation(), entry.units());
      }
    }
  }

  private void walk(int layer, int level, long number, PointerFlyweight from) {
    if (!from.isStored() || from.owner() != layer) {
      return;
    }
    CountingLedger.add(tree, from.address(), from.generation(), from.units());
    byte[] stored = io.pages.get(from.address());
    assertThat(stored).as("page at %s", from.address()).isNotNull();
    UnsafeBuffer page = new UnsafeBuffer(ByteBuffer.allocateDirect(PageCodec.PAGE_BYTES));
    page.putBytes(0, stored);
    assertThat(codec.checksum(layer, level, number, page, stored.length))
        .isEqualTo(from.checksum());
    assertThat(codec.decode(page, from.units(), from.isFull())).isTrue();
    long highest = 0;
    for (int slot = 0; slot < PageCodec.SLOTS; slot++) {
      int offset = slot * PageCodec.SLOT_BYTES;
      highest = Math.max(highest, page.getLong(offset));
      if (level > 0) {
        PointerFlyweight child = new PointerFlyweight().wrap(page, offset);
        walk(layer, level - 1, number * PageCodec.SLOTS + slot, child);
      } else {
        EntryFlyweight entry = new EntryFlyweight().wrap(page, offset);
        if (entry.isStored() && entry.owner() == layer) {
          CountingLedger.add(tree, entry.address(), entry.generation(), entry.units());
        }
      }
    }
    assertThat(from.writeId()).as("highest write id below").isEqualTo(highest);
  }
}
