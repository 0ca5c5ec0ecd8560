package io.ashlar.core.offline;

import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.VolumeEntry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A volume on its way off a damaged device.
public final class SalvagedVolume {
  private final int layer;
  private final @Nullable VolumeEntry entry;
  private final long blocks;
  private final boolean locked;
  private final List<SalvagedRange> ranges = new ArrayList<>();
  private final List<SalvagedRange> uncertain;
  private long cursor;
  private long copiedBlocks;

  /// @param entry null if it is lost; then the layer's number is all that is known
  /// @param locked whether its keys are not to be had
  /// @param uncertain where the index is lost, in order
  SalvagedVolume(
      int layer,
      @Nullable VolumeEntry entry,
      long blocks,
      boolean locked,
      List<SalvagedRange> uncertain) {
    this.layer = layer;
    this.entry = entry;
    this.blocks = blocks;
    this.locked = locked;
    this.uncertain = uncertain;
  }

  public int layer() {
    return layer;
  }

  /// The volume's entry; null if it is lost.
  public @Nullable VolumeEntry entry() {
    return entry;
  }

  public long blocks() {
    return blocks;
  }

  /// Whether its key is not to be had, so that nothing of it was read.
  public boolean isLocked() {
    return locked;
  }

  /// Blocks with data in the image, zeroes not counted.
  public long copiedBlocks() {
    return copiedBlocks;
  }

  /// What is not what it should be, in order and without overlap.
  public List<SalvagedRange> ranges() {
    return ranges;
  }

  /// Blocks of a kind.
  public long blocks(SalvagedRange.Kind kind) {
    return ranges.stream()
        .filter(each -> each.kind() == kind)
        .mapToLong(SalvagedRange::blocks)
        .sum();
  }

  /// Notes leaves of which the tree says nothing.
  void uncertainLeaves(long firstLeaf, long leaves) {
    long first = firstLeaf * PageCodec.SLOTS;
    if (first < blocks) {
      long count = Math.min(leaves * PageCodec.SLOTS, blocks - first);
      uncertain.add(new SalvagedRange(first, count, SalvagedRange.Kind.UNCERTAIN));
    }
  }

  void copied() {
    copiedBlocks++;
  }

  /// Goes on to a block; what lies before it and was not visited is as certain as its index.
  void advanceTo(long block) {
    for (SalvagedRange each : uncertain) {
      long first = Math.max(cursor, each.firstBlock());
      long end = Math.min(Math.min(block, blocks), each.firstBlock() + each.blocks());
      if (first < end) {
        add(first, end - first, SalvagedRange.Kind.UNCERTAIN);
      }
    }
    cursor = Math.max(cursor, block);
  }

  /// Notes the block at the cursor's place and passes it.
  void note(long block, SalvagedRange.@Nullable Kind kind) {
    advanceTo(block);
    if (kind != null) {
      add(block, 1, kind);
    }
    cursor = block + 1;
  }

  private void add(long first, long count, SalvagedRange.Kind kind) {
    SalvagedRange last = ranges.isEmpty() ? null : ranges.getLast();
    if (last != null && last.kind() == kind && last.firstBlock() + last.blocks() == first) {
      ranges.set(
          ranges.size() - 1, new SalvagedRange(last.firstBlock(), last.blocks() + count, kind));
    } else {
      ranges.add(new SalvagedRange(first, count, kind));
    }
  }
}
