package io.ashlar.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.CarriedPoint;
import io.ashlar.core.index.CarriedRange;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.index.PageIo;
import io.ashlar.core.index.PageRead;
import io.ashlar.core.index.PageWrite;
import io.ashlar.core.index.ReapEntry;
import io.ashlar.core.index.SpaceLedger;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.SegmentState;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.segment.Stream;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.ExpandableDirectByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies whose checksum would hold, made by hand: what makes no sense is refused with a sentence,
/// before it reaches the index.
class CheckpointBodyReaderTest {
  private static final int LAYERS_MAX = 4;

  private final SegmentTable segments =
      new SegmentTable(BodyForge.GEOMETRY, FreeSegments.of(BodyForge.GEOMETRY.segments()));
  private final BlockIndex index = index();
  private final BodyForge forge = new BodyForge();

  static BlockIndex index() {
    IndexOptions options = new IndexOptions(40, 512, 8, 16, 8, 4, 6000, LAYERS_MAX, 512);
    return new BlockIndex(options, new NoPages(), new NoLedger());
  }

  private List<CheckpointVolume> restore() throws CorruptRecordException {
    return new CheckpointBodyReader(forge.body, forge.length(), BodyForge.GEOMETRY)
        .restore(BodyForge.NUMBER, segments, new IndexRestore(index));
  }

  @Test
  void shouldRestoreEverythingOnce() throws CorruptRecordException {
    assertThat(restore()).extracting(each -> each.entry().name()).containsExactly("db");
    assertThat(segments.state(0)).isEqualTo(SegmentState.SEALED);
    assertThat(segments.state(1)).isEqualTo(SegmentState.OPEN);
    assertThat(segments.stream(1)).isEqualTo(Stream.META);
    assertThat(segments.treeUnits(0)).isEqualTo(10);
    assertThat(segments.usedBytes(0)).isEqualTo(8192);
    assertThat(segments.lastSequence(0)).isEqualTo(3);
    assertThat(segments.lastMillis(0)).isEqualTo(4);
    assertThat(segments.generationLast()).isEqualTo(9);
    assertThat(index.layerCount()).isEqualTo(2);
    assertThat(index.blocks(BodyForge.LAYER)).isEqualTo(BodyForge.BLOCKS);
    assertThat(index.hasChildren(BodyForge.LAYER)).isTrue();
    assertThat(index.hasChildren(BodyForge.CHILD)).isFalse();
    assertThat(index.reapCount()).isEqualTo(1);
  }

  @Test
  void shouldBeWrittenAgainAsItWas() throws CorruptRecordException {
    // Carried changes come out only after a merge over damaged pages; without them the rest must.
    forge.body.putInt(forge.offsetOf("points"), 0);
    forge.body.putInt(forge.offsetOf("point layer"), 0);
    int length = forge.offsetOf("point layer") + Integer.BYTES;
    List<CheckpointVolume> volumes =
        new CheckpointBodyReader(forge.body, length, BodyForge.GEOMETRY)
            .restore(BodyForge.NUMBER, segments, new IndexRestore(index));
    // A reservation table is never empty bytes in the writer, so the volume goes as it came.
    ExpandableDirectByteBuffer again = new ExpandableDirectByteBuffer(4096);
    int written = new CheckpointBodyWriter(again).write(BodyForge.NUMBER, segments, index, volumes);
    assertThat(written).isEqualTo(length);
    for (int at = 0; at < length; at++) {
      assertThat(again.getByte(at)).as("byte %d", at).isEqualTo(forge.body.getByte(at));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "magic, 1, magic",
    "version, 4, version",
    "version, 1, version",
    "last generation, -1, last generation",
    "last generation, 1, segment's generation",
    "segments, -1, count",
    "segments, 1000, count",
    "first segment, -1, segment number",
    "first segment, 24, segment number",
    "first generation, 0, segment's generation",
    "second segment, 0, segment listed once",
    "first tree units, -1, segment's live units",
    "first tree units, 2049, segment's live units",
    "first used bytes, -1, segment's use",
    "first used bytes, 1048577, segment's use",
    "volumes, 100, volume",
    "volumes, -2, count",
    "reservation bytes, -1, count",
    "reservation bytes, 100000, count",
    "history bytes, -1, count",
    "history bytes, 100000, count",
    "layers, -1, count",
    "layers, 99, count",
    "layer id, 0, layer listed once",
    "layer id, 8, root's owner",
    "child id, 5, layer listed once",
    "child parent, 77, layer's parent",
    "layer root level, -1, root level",
    "layer root level, 6, root level",
    "reaps, -1, count",
    "reap level, 6, reaped level",
    "reap level, -1, reaped level",
    "points, -1, count",
    "ranges, -1, count",
    "ranges, 2, count",
    "point layer, 6, carried block's version"
  })
  void shouldRefuseANumberThatMakesNoSense(String field, int value, String complaint) {
    forge.body.putInt(forge.offsetOf(field), value);
    assertThatThrownBy(this::restore)
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("makes no sense: " + complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "number, 8, number",
    "layer blocks, 0, layer's size",
    "layer blocks, 4398046511105, layer's size",
    "layer blocks, 999, layer of volume",
    "reap page, -1, reaped page",
    "reap page, 268435456, reaped page",
    "point lba, -1, carried block",
    "point lba, 1000, carried block",
    "point lba, 9223372036854775807, carried block",
    "point entry, 0, carried block's version",
    "point entry, -9, carried block's version",
    "range start, -1, carried range",
    "range start, 200, carried range",
    "range end, 1001, carried range",
    "range end, -9223372036854775808, carried range",
    "range write id, 0, carried range's version"
  })
  void shouldRefuseAWideNumberThatMakesNoSense(String field, long value, String complaint) {
    forge.body.putLong(forge.offsetOf(field), value);
    assertThatThrownBy(this::restore)
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("makes no sense: " + complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "first state, 0, segment state",
    "first state, 4, segment state",
    "first state, -1, segment state",
    "first stream, 3, segment stream",
    "first stream, -1, segment stream"
  })
  void shouldRefuseAStateThatMakesNoSense(String field, int value, String complaint) {
    forge.body.putByte(forge.offsetOf(field), (byte) value);
    assertThatThrownBy(this::restore)
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("makes no sense: " + complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "layer root, 4294967296, page's place",
    "layer root, 10, page's place",
    "reap root, 4294967296, page's place",
    "point entry, 4294967296, carried block's place"
  })
  void shouldRefuseAPlaceOutsideTheSegments(String field, long sector, String complaint) {
    int at = forge.offsetOf(field) + Long.BYTES;
    long flags = forge.body.getLong(at) & 0xFFFFL << 48;
    forge.body.putLong(at, flags | sector);
    assertThatThrownBy(this::restore)
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("makes no sense: " + complaint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"layer root", "reap root", "point entry"})
  void shouldRefuseMoreUnitsThanABlockHas(String field) {
    forge.body.putByte(forge.offsetOf(field) + 14, (byte) 9);
    assertThatThrownBy(this::restore).hasMessageContaining("place");
  }

  /// A second range behind the first, which is blocks 100 to 199 of the layer.
  @ParameterizedTest
  @CsvSource({"5, 200, true", "5, 199, false", "5, 0, false", "4, 300, false", "6, 0, true"})
  void shouldRefuseRangesThatOverlapOrAreNotInOrder(int layer, long start, boolean sound)
      throws CorruptRecordException {
    int second = forge.length();
    forge.body.putBytes(second, forge.body, forge.offsetOf("range layer"), 32);
    forge.body.putInt(second, layer);
    forge.body.putLong(second + 8, start);
    forge.body.putLong(second + 16, start + 50);
    forge.body.putInt(forge.offsetOf("ranges"), 2);
    CheckpointBodyReader two =
        new CheckpointBodyReader(forge.body, second + 32, BodyForge.GEOMETRY);
    IndexRestore into = new IndexRestore(index);
    if (sound) {
      assertThat(two.restore(BodyForge.NUMBER, segments, into)).hasSize(1);
    } else {
      assertThatThrownBy(() -> two.restore(BodyForge.NUMBER, segments, into))
          .hasMessageContaining("carried ranges' order");
    }
  }

  @Test
  void shouldRefuseARootThatIsNobodys() {
    forge.body.putInt(forge.offsetOf("child root") + 16, 77);
    assertThatThrownBy(this::restore).hasMessageContaining("root's owner");
  }

  @Test
  void shouldRefuseTwoVolumesOfOneLayer() {
    BodyForge twice = new BodyForge();
    int from = twice.offsetOf("volume");
    int bytes = twice.offsetOf("layers") - from;
    // The second overwrites what follows: the complaint comes before that is read.
    twice.body.putBytes(from + bytes, twice.body, from, bytes);
    twice.body.putInt(twice.offsetOf("volumes"), 2);
    CheckpointBodyReader reader =
        new CheckpointBodyReader(twice.body, twice.length(), BodyForge.GEOMETRY);
    assertThatThrownBy(() -> reader.explain(BodyForge.NUMBER, segments))
        .hasMessageContaining("volume listed once");
  }

  @Test
  void shouldRefuseAVolumeThatMakesNoSense() {
    forge.body.putInt(forge.offsetOf("volume") + 20, 4097);
    assertThatThrownBy(this::restore).hasMessageContaining("volume entry makes no sense");
  }

  @Test
  void shouldRefuseAVolumeWhoseLayerIsNotThere() {
    forge.body.putInt(forge.offsetOf("volume") + 16, 8);
    assertThatThrownBy(this::restore).hasMessageContaining("layer of volume");
  }

  @Test
  void shouldRefuseBytesBehindTheEnd() {
    CheckpointBodyReader longer =
        new CheckpointBodyReader(forge.body, forge.length() + 1, BodyForge.GEOMETRY);
    assertThatThrownBy(() -> longer.restore(BodyForge.NUMBER, segments, new IndexRestore(index)))
        .hasMessageContaining("length");
  }

  @Test
  void shouldRefuseABodyThatEndsAnywhereEarly() {
    for (int length = 0; length < forge.length(); length++) {
      CheckpointBodyReader cut = new CheckpointBodyReader(forge.body, length, BodyForge.GEOMETRY);
      SegmentTable table =
          new SegmentTable(BodyForge.GEOMETRY, FreeSegments.of(BodyForge.GEOMETRY.segments()));
      assertThatThrownBy(() -> cut.restore(BodyForge.NUMBER, table, new IndexRestore(index())))
          .as("length %d", length)
          .isInstanceOf(CorruptRecordException.class);
    }
  }

  @Test
  void shouldForgetWhatWasCarriedForALayerThatIsGone() throws CorruptRecordException {
    forge.body.putInt(forge.offsetOf("point layer"), 1234);
    forge.body.putInt(forge.offsetOf("point entry") + 16, 1234);
    forge.body.putInt(forge.offsetOf("range layer"), 1234);
    restore();
    index.freeze();
    assertThat(index.carriedPoints() + index.carriedRanges()).isZero();
  }

  @Test
  void shouldSayThatAnotherIndexIsTooSmallForIt() {
    for (Room room : Room.values()) {
      SegmentTable table =
          new SegmentTable(BodyForge.GEOMETRY, FreeSegments.of(BodyForge.GEOMETRY.segments()));
      assertThatThrownBy(() ->
              new CheckpointBodyReader(forge.body, forge.length(), BodyForge.GEOMETRY)
                  .restore(BodyForge.NUMBER, table, new CrampedSink(room)))
          .as(room.name())
          .isInstanceOf(CorruptRecordException.class)
          .hasMessageContaining("larger index budget");
    }
  }

  /// Any four bytes at all: restored, or refused with a sentence.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNeverBreakOverAForgedBody(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      BodyForge hostile = new BodyForge();
      for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
        int at = random.nextInt(hostile.length() - 3);
        hostile.body.putInt(at, random.nextBoolean() ? random.nextInt() : random.nextInt(4) - 1);
      }
      SegmentTable table =
          new SegmentTable(BodyForge.GEOMETRY, FreeSegments.of(BodyForge.GEOMETRY.segments()));
      try {
        new CheckpointBodyReader(hostile.body, hostile.length(), BodyForge.GEOMETRY)
            .restore(BodyForge.NUMBER, table, new IndexRestore(index()));
      } catch (CorruptRecordException e) {
        assertThat(e.getMessage()).as("seed %d round %d", seed, round).contains("sense");
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed %d round %d".formatted(seed, round), e);
      }
    }
    assertThat(refused).isBetween(1, 2999);
  }

  /// What a sink has no room for.
  private enum Room {
    LAYERS,
    REAPS,
    POINTS,
    RANGES
  }

  /// Has room for all but one thing.
  private record CrampedSink(Room lacking) implements CheckpointSink {
    @Override
    public boolean hasRoomForLayers(int count) {
      return lacking != Room.LAYERS;
    }

    @Override
    public void layer(int layer, int parent, long blocks, int rootLevel, PointerFlyweight root) {}

    @Override
    public boolean hasRoomForReaps(int count) {
      return lacking != Room.REAPS;
    }

    @Override
    public void reap(ReapEntry entry) {}

    @Override
    public boolean hasRoomToReplay(int points, int ranges) {
      return points > 0 ? lacking != Room.POINTS : lacking != Room.RANGES;
    }

    @Override
    public void carriedPoint(CarriedPoint point) {}

    @Override
    public void carriedRange(CarriedRange range) {}
  }

  /// No page is ever asked for.
  private static final class NoPages implements PageIo {
    @Override
    public boolean readPage(PageRead read) {
      return false;
    }

    @Override
    public boolean holds(long address, int units) {
      return true;
    }

    @Override
    public boolean holdsPage(long address, int units) {
      return true;
    }

    @Override
    public boolean appendPage(PageWrite write) {
      return false;
    }
  }

  /// Nobody counts.
  private static final class NoLedger implements SpaceLedger {
    @Override
    public void treeAdded(long address, int generation, int units) {}

    @Override
    public void treeRemoved(long address, int generation, int units) {}

    @Override
    public void deltaAdded(long address, int generation, int units) {}

    @Override
    public void deltaRemoved(long address, int generation, int units) {}
  }
}
