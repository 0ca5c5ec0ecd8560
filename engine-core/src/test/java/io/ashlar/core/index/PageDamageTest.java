package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.EntryFlyweight;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Any byte of any page that is not what was written makes the lookup say so, with the page's name,
/// and other leaves are served.
class PageDamageTest {
  private static final int LAYER = 1;
  private static final long FAR = 128 * 128 + 3;

  private final IndexWorld world = new IndexWorld(1, IndexWorld.tinyOptions());
  private final EntryBatch batch = new EntryBatch();
  private final IndexWorld.Recall recall = new IndexWorld.Recall();

  private LookupResult look(long lba) {
    LookupResult result = world.index.lookup(LAYER, lba, 1, batch, recall);
    while (result == LookupResult.PENDING) {
      world.io.completeOne();
      result = world.index.lookup(LAYER, lba, 1, batch, recall);
    }
    return result;
  }

  @Test
  void shouldSeeEveryDamagedByte() {
    world.addLayer(LAYER, 128 * 128 * 4);
    world.put(LAYER, 5, 2);
    world.put(LAYER, FAR, 1);
    world.checkpoint();
    int damaged = 0;
    List<Long> addresses = new ArrayList<>(world.io.pages.keySet());
    assertThat(addresses).as("two leaves and what is above them").hasSize(5);
    for (long address : addresses) {
      byte[] bytes = Objects.requireNonNull(world.io.pages.get(address));
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] ^= (byte) (1 << (at % 8));
        world.crash();
        LookupResult near = look(5);
        LookupResult far = look(FAR);
        assertThat(near == LookupResult.DAMAGED || far == LookupResult.DAMAGED)
            .as("page at %s, byte %s", address, at)
            .isTrue();
        if (far == LookupResult.DAMAGED) {
          assertThat(batch.damage().address()).isEqualTo(address);
          assertThat(batch.damage().toString()).contains("layer 1", "sector " + address);
          damaged++;
        }
        bytes[at] ^= (byte) (1 << (at % 8));
      }
    }
    assertThat(damaged).isGreaterThan(512);
    world.crash();
    world.compareAll();
  }

  @Test
  void shouldServeOtherLeaves() {
    world.addLayer(LAYER, 128 * 128 * 4);
    world.put(LAYER, 5, 2);
    world.put(LAYER, FAR, 1);
    world.checkpoint();
    world.crash();
    assertThat(look(5)).isEqualTo(LookupResult.FOUND);
    long leaf = look(FAR) == LookupResult.FOUND ? leafOf(FAR) : 0;
    world.crash();
    world.io.unreadable.add(leaf);
    assertThat(look(FAR)).isEqualTo(LookupResult.DAMAGED);
    assertThat(batch.damage().level()).isZero();
    assertThat(batch.damage().page()).isEqualTo(FAR / 128);
    assertThat(batch.damage().layer()).isEqualTo(LAYER);
    assertThat(batch.damage().generation()).isEqualTo(FakePageIo.generationOf(leaf));
    assertThat(look(5)).isEqualTo(LookupResult.FOUND);
    MappedRun run = new MappedRun();
    LookupResult result = LookupResult.PENDING;
    while (result == LookupResult.PENDING) {
      result = world.index.mappedRun(LAYER, FAR, 1, run, recall);
      world.io.completeOne();
    }
    assertThat(result).isEqualTo(LookupResult.DAMAGED);
    assertThat(run.damage().page()).isEqualTo(FAR / 128);
    EntryFlyweight any = IndexWorld.entryOf(new IndexWorld.Block(1, LAYER, 9, 1));
    assertThat(world.index.isLiveBlock(LAYER, FAR, any, recall)).isEqualTo(Liveness.DAMAGED);
    world.io.unreadable.clear();
    assertThat(look(FAR)).as("until it is tried again").isEqualTo(LookupResult.DAMAGED);
    world.index.retryDamaged();
    assertThat(look(FAR)).isEqualTo(LookupResult.FOUND);
    assertThat(world.index.statistics().pagesDamaged()).isPositive();
  }

  @Test
  void shouldGiveUpASubtreeThatCannotBeReaped() {
    world.addLayer(LAYER, 128);
    world.put(LAYER, 5, 2);
    world.checkpoint();
    world.io.unreadable.add(leafOf(5));
    world.crash();
    world.remove(LAYER);
    while (world.index.reapCount() > 0) {
      world.index.reapStep(1);
      world.io.completeOne();
    }
    assertThat(world.index.statistics().subtreesLost()).isEqualTo(1);
    assertThat(world.ledger.tree).as("what cannot be known stays counted").isNotEmpty();
  }

  private long leafOf(long lba) {
    for (TreeWalk walk = new TreeWalk(world.index.cache, world.index.statistics()); ; ) {
      Layer layer = world.index.layer(0);
      if (walk.findPointer(layer, 0, lba / 128, recall) == TreeWalk.Outcome.FOUND) {
        return walk.pointer.address();
      }
      world.io.completeOne();
    }
  }
}
