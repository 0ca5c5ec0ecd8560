package io.ashlar.core.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.offline.TreeReader.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// Trees put on a device by hand: one layer alone, layers forked from it, and everything that may
/// be wrong with them.
class TreeReaderTest {
  private static final int PARENT = 1;
  private static final int CHILD = 2;
  private static final LaneGeometry GEOMETRY =
      new LaneGeometry(0, 1, MemoryPages.UNIT_BYTES, 1 << 20, 1, 1 << 20);

  private final MemoryPages pages = new MemoryPages(2 << 20, 1 << 20);
  private final TreeReader reader =
      new TreeReader(new DeviceReader(new PolledDevice(pages)), GEOMETRY);
  private final PointerFlyweight first = pointer();
  private final PointerFlyweight third = pointer();
  private final PointerFlyweight root = pointer();
  private final List<String> visited = new ArrayList<>();

  private static PointerFlyweight pointer() {
    return new PointerFlyweight().wrap(new UnsafeBuffer(new byte[PointerFlyweight.BYTES]), 0);
  }

  private static UnsafeBuffer page() {
    return new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
  }

  /// The parent has leaves 0 and 2, and leaf 5 is unmapped.
  private void plantParent() {
    leaf(PARENT, 0, first);
    leaf(PARENT, 2, third);
    UnsafeBuffer inner = page();
    first.copyTo(inner, 0);
    third.copyTo(inner, 2 * PointerFlyweight.BYTES);
    new PointerFlyweight().wrap(inner, 5 * PointerFlyweight.BYTES).tombstone(PARENT, 77);
    pages.put(PARENT, 1, 0, inner, root);
    reader.root(PARENT, 1, root);
  }

  private void leaf(int layer, long number, PointerFlyweight out) {
    UnsafeBuffer leaf = page();
    new EntryFlyweight().wrap(leaf, 0).identity(layer, 100 + number).place(2048, 1, 1);
    pages.put(layer, 0, number, leaf, out);
  }

  private long versionInLeaf() {
    return new EntryFlyweight().wrap(reader.page(), 0).writeId();
  }

  private List<String> leaves(int layer) {
    reader.leaves(layer, visitor());
    return visited;
  }

  @Test
  void shouldFindWhatATreeHas() {
    plantParent();
    assertThat(reader.knows(PARENT)).isTrue();
    assertThat(reader.knows(CHILD)).isFalse();
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.FOUND);
    assertThat(versionInLeaf()).isEqualTo(100);
    assertThat(reader.leaf(PARENT, 2)).isEqualTo(Outcome.FOUND);
    assertThat(versionInLeaf()).isEqualTo(102);
    assertThat(reader.leaf(PARENT, 1)).isEqualTo(Outcome.ABSENT);
    assertThat(reader.leaf(PARENT, 5)).isEqualTo(Outcome.UNMAPPED);
    assertThat(reader.tombstoneId()).isEqualTo(77);
    assertThat(reader.leaf(PARENT, 128)).as("beyond the root").isEqualTo(Outcome.ABSENT);
    assertThat(leaves(PARENT)).containsExactly("0", "2");
    assertThat(leaves(CHILD)).as("a layer that is not there").isEmpty();
    assertThat(reader.leaf(CHILD, 0)).isEqualTo(Outcome.DAMAGED);
  }

  @Test
  void shouldReadATreeOfOneLeafAndAnEmptyOne() {
    leaf(PARENT, 0, root);
    reader.root(PARENT, 0, root);
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.FOUND);
    assertThat(reader.leaf(PARENT, 1)).isEqualTo(Outcome.ABSENT);
    assertThat(leaves(PARENT)).containsExactly("0");
    reader.root(CHILD, 0, pointer());
    assertThat(reader.leaf(CHILD, 0)).isEqualTo(Outcome.ABSENT);
    assertThat(leaves(CHILD)).isEmpty();
  }

  @Test
  void shouldSeeAllOfTheParentThroughAForkedLayer() {
    plantParent();
    reader.root(CHILD, 0, pointer().inherit(PARENT));
    assertThat(reader.leaf(CHILD, 2)).isEqualTo(Outcome.FOUND);
    assertThat(versionInLeaf()).isEqualTo(102);
    assertThat(reader.leaf(CHILD, 5)).isEqualTo(Outcome.UNMAPPED);
    assertThat(leaves(CHILD)).containsExactly("0", "2");
  }

  @Test
  void shouldFollowForeignPagesToWhereTheirOwnerHasThemNow() {
    plantParent();
    UnsafeBuffer inner = page();
    PointerFlyweight own = pointer();
    leaf(CHILD, 1, own);
    // The parent's third leaf was moved since: the child's address of it is stale.
    PointerFlyweight stale = new PointerFlyweight().wrap(inner, 2 * PointerFlyweight.BYTES);
    stale.copyFrom(third).place(4000, 1, 9);
    own.copyTo(inner, PointerFlyweight.BYTES);
    pages.put(CHILD, 1, 0, inner, root);
    reader.root(CHILD, 1, root);
    assertThat(reader.leaf(CHILD, 1)).isEqualTo(Outcome.FOUND);
    assertThat(versionInLeaf()).isEqualTo(101);
    assertThat(reader.leaf(CHILD, 2)).isEqualTo(Outcome.FOUND);
    assertThat(versionInLeaf()).isEqualTo(102);
    assertThat(reader.leaf(CHILD, 0)).isEqualTo(Outcome.ABSENT);
    assertThat(leaves(CHILD)).containsExactly("1", "2");
  }

  @Test
  void shouldTellWhatIsDamaged() {
    plantParent();
    pages.flip(third.address());
    assertThat(reader.leaf(PARENT, 2)).isEqualTo(Outcome.DAMAGED);
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.FOUND);
    pages.flip(root.address());
    TreeReader fresh = new TreeReader(new DeviceReader(new PolledDevice(pages)), GEOMETRY);
    fresh.root(PARENT, 1, root);
    assertThat(fresh.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
  }

  @Test
  void shouldTellLeavesOfWhichNothingIsKnown() {
    plantParent();
    UnsafeBuffer top = page();
    root.copyTo(top, 0);
    PointerFlyweight upper = pointer();
    pages.put(PARENT, 2, 0, top, upper);
    reader.root(PARENT, 2, upper);
    assertThat(leaves(PARENT)).containsExactly("0", "2");
    pages.flip(root.address());
    TreeReader fresh = new TreeReader(new DeviceReader(new PolledDevice(pages)), GEOMETRY);
    fresh.root(PARENT, 2, upper);
    fresh.leaves(PARENT, visitor());
    assertThat(visited).containsExactly("0+128?");
  }

  private TreeReader.LeafVisitor visitor() {
    visited.clear();
    return new TreeReader.LeafVisitor() {
      @Override
      public void onLeaf(long leaf) {
        visited.add(Long.toString(leaf));
      }

      @Override
      public void onDamaged(long firstLeaf, long count) {
        visited.add("%d+%d?".formatted(firstLeaf, count));
      }
    };
  }

  @Test
  void shouldReadAroundWhatTheDeviceRefuses() {
    plantParent();
    pages.spoil(first.address());
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
    assertThat(reader.leaf(PARENT, 2)).as("its neighbour").isEqualTo(Outcome.FOUND);
  }

  @Test
  void shouldEndWhereLayersReferToEachOther() {
    reader.root(PARENT, 0, pointer().inherit(CHILD));
    reader.root(CHILD, 0, pointer().inherit(PARENT));
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
    assertThat(leaves(PARENT)).isEmpty();
    reader.root(CHILD, 0, pointer().inherit(4711));
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
    assertThat(leaves(PARENT)).isEmpty();
  }

  @Test
  void shouldBelieveNoPlaceOutsideTheSegments() {
    plantParent();
    reader.root(PARENT, 1, root.place(8, 1, 1));
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
    reader.root(PARENT, 1, root.place(2048, 255, 1));
    assertThat(reader.leaf(PARENT, 0)).isEqualTo(Outcome.DAMAGED);
  }
}
