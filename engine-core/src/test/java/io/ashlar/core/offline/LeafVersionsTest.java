package io.ashlar.core.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// Which version of a block counts, and where it is looked for.
class LeafVersionsTest {
  private static final int LAYER = 5;
  private static final int SLOT = 17;

  private final LeafVersions versions = new LeafVersions();

  private static EntryFlyweight entry(int owner, long writeId, long address) {
    EntryFlyweight entry =
        new EntryFlyweight().wrap(new UnsafeBuffer(new byte[EntryFlyweight.BYTES]), 0);
    return entry.identity(owner, writeId).place(address, 1, 1).content(1, 512, 0, 0);
  }

  private void tree(long writeId, long address) {
    UnsafeBuffer page = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
    entry(LAYER, writeId, address).copyTo(page, SLOT * EntryFlyweight.BYTES);
    versions.fromTree(page);
  }

  private List<Long> tried() {
    List<Long> addresses = new ArrayList<>();
    assertThat(versions.read(SLOT, place -> !addresses.add(place.address()))).isFalse();
    return addresses;
  }

  @Test
  void shouldBelieveTheTreeInWhatTheCheckpointHolds() {
    tree(50, 1000);
    assertThat(versions.isCertain()).isTrue();
    versions.consider(SLOT, entry(LAYER, 90, 2000), false);
    assertThat(versions.entry(SLOT).writeId()).as("it would be in the tree").isEqualTo(50);
    versions.consider(SLOT, entry(LAYER, 60, 3000), true);
    assertThat(versions.entry(SLOT).writeId()).as("written since").isEqualTo(60);
    versions.consider(SLOT, entry(LAYER, 55, 4000), true);
    assertThat(versions.entry(SLOT).writeId()).as("overwritten since").isEqualTo(60);
  }

  @Test
  void shouldTakeTheNewestOfAnythingWithoutATree() {
    versions.consider(SLOT, entry(LAYER, 40, 1000), false);
    versions.consider(SLOT, entry(LAYER, 30, 2000), false);
    assertThat(versions.isCertain()).isFalse();
    assertThat(versions.entry(SLOT).writeId()).isEqualTo(40);
  }

  @Test
  void shouldKnowWhatTheTreeHasNotAndWhatItHasUnmapped() {
    versions.absentInTree();
    versions.consider(SLOT, entry(LAYER, 30, 2000), false);
    assertThat(versions.entry(SLOT).isAbsent()).isTrue();
    LeafVersions unmapped = new LeafVersions();
    unmapped.unmappedInTree(LAYER, 77);
    assertThat(unmapped.entry(SLOT).isTombstone()).isTrue();
    assertThat(unmapped.entry(SLOT).writeId()).isEqualTo(77);
    unmapped.consider(SLOT, entry(LAYER, 70, 2000), true);
    assertThat(unmapped.entry(SLOT).isTombstone()).as("written before").isTrue();
    unmapped.consider(SLOT, entry(LAYER, 80, 2000), true);
    assertThat(unmapped.entry(SLOT).isMapped()).as("written after").isTrue();
  }

  @Test
  void shouldTryEveryCopyOfTheVersionAndNoOther() {
    tree(50, 1000);
    versions.consider(SLOT, entry(LAYER, 50, 1000), false);
    versions.consider(SLOT, entry(LAYER, 50, 2000), false);
    versions.considerCopy(SLOT, entry(LAYER, 50, 3000));
    versions.considerCopy(SLOT, entry(LAYER + 1, 50, 4000));
    versions.considerCopy(SLOT, entry(LAYER, 49, 5000));
    versions.considerCopy(SLOT + 1, entry(LAYER, 50, 6000));
    assertThat(tried()).containsExactly(1000L, 2000L, 3000L);
    assertThat(versions.read(SLOT, place -> place.address() == 2000)).isTrue();
    versions.consider(SLOT, entry(LAYER, 60, 7000), true);
    assertThat(tried()).as("copies of what was overwritten").containsExactly(7000L);
  }
}
