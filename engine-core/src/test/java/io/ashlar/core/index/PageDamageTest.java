package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Any byte of any page that is not what was written makes the lookup say so, with the page's name,
/// and other leaves are served.
class PageDamageTest {
  private static final int LAYER = 1;
  private static final int OTHER = 7;
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

  /// What a page may say that is no damage to its bytes: whoever wrote it wrote nonsense.
  enum Nonsense {
    LAYER_THAT_IS_NOT_THERE {
      @Override
      void plant(PointerFlyweight slot) {
        slot.summary(99, slot.writeId(), slot.present());
      }
    },
    LAYER_THAT_IS_NO_ANCESTOR {
      @Override
      void plant(PointerFlyweight slot) {
        slot.summary(OTHER, slot.writeId(), slot.present());
      }
    },
    ANOTHER_TREE {
      @Override
      void plant(PointerFlyweight slot) {
        slot.content(slot.flags() | PointerFlyweight.INHERITED, slot.checksum());
      }
    },
    LONGER_THAN_A_PAGE {
      @Override
      void plant(PointerFlyweight slot) {
        slot.place(slot.address(), 9, slot.generation());
      }
    },
    NOT_WHERE_PAGES_BEGIN {
      @Override
      void plant(PointerFlyweight slot) {
        slot.place(FakePageIo.MISALIGNED, slot.units(), slot.generation());
      }
    },
    BEYOND_THE_DEVICE {
      @Override
      void plant(PointerFlyweight slot) {
        slot.place(FakePageIo.END, slot.units(), slot.generation());
      }
    };

    abstract void plant(PointerFlyweight slot);
  }

  @ParameterizedTest
  @EnumSource(Nonsense.class)
  void shouldRefuseAnInnerPageThatMakesNoSense(Nonsense nonsense) {
    world.addLayer(OTHER, 128);
    world.addLayer(LAYER, 128 * 128 * 4);
    world.put(LAYER, 5, 2);
    world.put(LAYER, FAR, 1);
    world.checkpoint();
    world.crash();
    long root = forgeRoot(slot -> nonsense.plant(new PointerFlyweight().wrap(slot, 0)));
    assertThat(look(5)).isEqualTo(LookupResult.DAMAGED);
    assertThat(batch.damage().toString()).contains("level 2", "layer 1", "sector " + root);
    assertThat(look(FAR)).as("nothing of the page is believed").isEqualTo(LookupResult.DAMAGED);
    world.put(LAYER, 5, 1);
    world.checkpoint();
    assertThat(world.lookup(LAYER, 5, 1)).as("what is new is kept in memory").isEqualTo(1);
    assertThat(look(6)).isEqualTo(LookupResult.DAMAGED);
  }

  @Test
  void shouldRefuseALeafThatMakesNoSense() {
    world.addLayer(LAYER, 128);
    world.put(LAYER, 5, 9);
    world.checkpoint();
    world.crash();
    int at = firstStored();
    forgeRoot(slot -> new EntryFlyweight().wrap(slot, 0).identity(99, 1), at);
    assertThat(look(at)).isEqualTo(LookupResult.DAMAGED);
    world.crash();
    forgeRoot(
        slot -> new EntryFlyweight().wrap(slot, 0).identity(LAYER, 1).place(FakePageIo.END, 8, 1),
        at);
    assertThat(look(at)).isEqualTo(LookupResult.DAMAGED);
  }

  /// A read believes the length: it must not be led beyond its memory.
  @ParameterizedTest
  @CsvSource({"8, 4096, true", "1, 3, true", "9, 4608, false", "1, 513, false", "8, 512, false"})
  void shouldBelieveOnlyTheLengthOfABlock(int units, int length, boolean isBlock) {
    world.addLayer(LAYER, 128);
    world.put(LAYER, 5, 9);
    world.checkpoint();
    world.crash();
    int at = firstStored();
    forgeRoot(
        slot ->
            new EntryFlyweight()
                .wrap(slot, 0)
                .identity(LAYER, 1)
                .content(1, length, 0, 0)
                .place(4096, units, 1),
        at);
    assertThat(look(at)).isEqualTo(isBlock ? LookupResult.FOUND : LookupResult.DAMAGED);
  }

  private int firstStored() {
    for (int lba = 5; ; lba++) {
      assertThat(look(lba)).isEqualTo(LookupResult.FOUND);
      if (batch.entry(0, new EntryFlyweight()).isStored()) {
        return lba;
      }
    }
  }

  private long forgeRoot(Consumer<UnsafeBuffer> change) {
    return forgeRoot(change, 0);
  }

  /// Changes a slot of the layer's root page on the device, and the checksum that the root has.
  private long forgeRoot(Consumer<UnsafeBuffer> change, int slot) {
    Layer layer = world.index.layer(world.index.layerCount() - 1);
    PointerFlyweight root = layer.root;
    byte[] stored = Objects.requireNonNull(world.io.pages.get(root.address()));
    PageCodec codec = new PageCodec(FakePageIo.SECTOR_BYTES);
    UnsafeBuffer page = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
    page.putBytes(0, stored);
    assertThat(codec.decode(page, root.units(), root.isFull())).isTrue();
    change.accept(new UnsafeBuffer(page, slot * PageCodec.SLOT_BYTES, PageCodec.SLOT_BYTES));
    UnsafeBuffer target = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
    assertThat(codec.encode(page, target)).isEqualTo(stored.length);
    target.getBytes(0, stored);
    int checksum = codec.checksum(layer.id, layer.rootLevel, 0, target, stored.length);
    layer.root(layer.rootLevel, root.content(root.flags(), checksum));
    int cached = world.index.cache.find(root);
    if (cached != PageCache.NONE) {
      world.index.cache.discardUnpinned(cached);
    }
    return root.address();
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
