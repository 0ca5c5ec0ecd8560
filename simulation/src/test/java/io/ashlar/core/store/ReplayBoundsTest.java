package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.format.Layout;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.store.ForgedLog.Forgery;
import io.ashlar.core.transform.Codec;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedClock;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Groups whose checksums hold and that make no sense: a start refuses them with a sentence.
class ReplayBoundsTest {
  private static final DamagedImage GOOD = DamagedImage.ofLog(512);
  private static final ForgedLog LOG = new ForgedLog(GOOD);

  /// A forgery and what the complaint says.
  record Case(String name, RecordType type, Forgery forgery, String complaint) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case place(String name, RecordType type, long lba) {
    return new Case(
        name,
        type,
        (record, at, payload) -> record.place(record.writeId(), lba, record.argument()),
        "blocks beyond the end");
  }

  private static Case version(String name, RecordType type, long writeId) {
    return new Case(
        name,
        type,
        (record, at, payload) -> record.place(writeId, record.lba(), record.argument()),
        "a version that was never given");
  }

  private static Case count(String name, long count) {
    return new Case(
        name,
        RecordType.UNMAP,
        (record, at, payload) -> record.place(record.writeId(), record.lba(), count),
        "blocks beyond the end");
  }

  private static Case codec(String name, int codec) {
    return new Case(
        name,
        RecordType.WRITE,
        (record, at, payload) ->
            record.buffer().putByte(at + Layout.BLOCK_DESCRIPTOR.offsetOf("codec"), (byte) codec),
        "a block of no known form");
  }

  private static Case entry(String name, String field, long value, String complaint) {
    return new Case(
        name,
        RecordType.VOLUME,
        (record, at, payload) -> {
          int offset = Layout.VOLUME_ENTRY.offsetOf(field);
          if (field.equals("size in bytes")) {
            payload.putLong(offset, value);
          } else {
            payload.putInt(offset, (int) value);
          }
        },
        complaint);
  }

  static List<Case> forgeries() {
    return List.of(
        place("a write before the start", RecordType.WRITE, -1),
        place("a write at the end of all numbers", RecordType.WRITE, Long.MAX_VALUE),
        place("a write just beyond the end", RecordType.WRITE, DamagedImage.BLOCKS),
        place("an unmap before the start", RecordType.UNMAP, Long.MIN_VALUE),
        place("an unmap beyond the end", RecordType.UNMAP, DamagedImage.BLOCKS),
        version("a write without a version", RecordType.WRITE, 0),
        version("a write of epoch 0", RecordType.WRITE, 1),
        version("a write of a negative version", RecordType.WRITE, -5),
        version("a write of a later epoch", RecordType.WRITE, WriteId.of(1 << 20, 1)),
        version("a write at the counter's end", RecordType.UNMAP, WriteId.of(1 << 22, 0) - 1),
        version("an unmap without a version", RecordType.UNMAP, 0),
        count("an unmap of nothing", 0),
        count("an unmap of less than nothing", -1),
        count("an unmap of everything there could be", Long.MAX_VALUE),
        codec("a codec nobody knows", 9),
        codec("a codec that looks like a flag", 0x80),
        codec("zeroes with a payload", Codec.ZERO),
        new Case(
            "a move of another form",
            RecordType.WRITE,
            (record, at, payload) -> {
              record.head(RecordType.RELOCATE, record.blocks(), record.layer());
              record.buffer().putByte(at + Layout.BLOCK_DESCRIPTOR.offsetOf("codec"), (byte) 7);
            },
            "mov"),
        entry("a volume of another layer", "layer", 77, "a volume of another layer"),
        entry("a volume of layer 0", "layer", 0, "a volume entry makes no sense"),
        entry("a volume of odd blocks", "logical block bytes", 520, "a volume entry"),
        entry("a volume of no size", "size in bytes", 0, "a volume entry makes no sense"),
        entry("a volume of half blocks", "size in bytes", 6144, "a volume entry makes no sense"),
        entry("a volume too large", "size in bytes", 1L << 60, "too large"),
        new Case(
            "a volume that is another one's",
            RecordType.VOLUME,
            (record, at, payload) ->
                payload.putLong(Long.BYTES, StoreRig.uuidOf(1).getLeastSignificantBits()),
            "whose identity another one has"));
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void shouldRefuseWhatMakesNoSense(Case forged) {
    DiskImage image = LOG.forge(forged.type, forged.forgery);
    assertThatThrownBy(() -> open(image))
        .isInstanceOf(StoreOpenException.class)
        .hasMessageContaining("makes no sense")
        .hasMessageContaining(forged.complaint)
        .hasMessageContaining("offset");
  }

  private static StoreRig open(DiskImage image) throws StoreOpenException {
    SimulatedClock clock = new SimulatedClock();
    return StoreRig.openDamaged(clock, GOOD.disk(image, clock));
  }

  @Test
  void shouldReplayWhatIsForgedToTheSame() throws StoreOpenException {
    StoreRig rig = open(LOG.forge(RecordType.WRITE, (record, at, payload) -> {}));
    BlockVolume volume = rig.volume(1);
    assertThat(BlockModel.versions(volume, DamagedImage.BLOCKS, rig::turn))
        .isEqualTo(GOOD.versions);
  }

  @Test
  void shouldIgnoreChangesToALayerThatIsGone() throws StoreOpenException {
    Forgery elsewhere = (record, at, payload) -> record.head(record.type(), record.blocks(), 4711);
    open(LOG.forge(RecordType.UNMAP, elsewhere)).settle();
  }

  /// Any number anywhere in a record: served, or refused by a sentence, never a failed check.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNeverBreakOverAForgedNumber(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> headers = LOG.headers();
    int refused = 0;
    for (int round = 0; round < 60; round++) {
      long header = headers.get(random.nextInt(headers.size()));
      int at = random.nextInt(Integer.MAX_VALUE);
      int value = nasty(random);
      String what = "seed %d round %d: %d at %d of %d".formatted(seed, round, value, at, header);
      try {
        open(LOG.forge(header, at, value)).settle();
      } catch (StoreOpenException e) {
        assertThat(e.getMessage()).as(what).contains("disk").contains("offset");
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError(what, e);
      }
    }
    assertThat(refused).as("some make no sense").isPositive();
  }

  private static int nasty(SplittableRandom random) {
    int[] some = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 511, 4096, 1 << 20, 1 << 30};
    return random.nextBoolean() ? random.nextInt() : some[random.nextInt(some.length)];
  }

  @Test
  void shouldKnowItsOwnPlaces() {
    UnsafeBuffer bytes = new UnsafeBuffer(new byte[64]);
    RecordFlyweight record = new RecordFlyweight().wrap(bytes, 0);
    record.head(RecordType.WRITE, 1, 5).place(7, 8, 9);
    assertThat(bytes.getLong(Layout.RECORD.offsetOf("lba"))).isEqualTo(8);
  }
}
