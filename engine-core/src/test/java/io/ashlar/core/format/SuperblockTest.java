package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.format.Superblock.StreamCursor;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuperblockTest {
  private static final int CHECKSUM_OFFSET = 8;
  private static final int CHECKED_FROM = CHECKSUM_OFFSET + Integer.BYTES;
  private static final StreamCursor CURSOR = new StreamCursor(0, 1, 0);
  private static final LaneGeometry GEOMETRY = new LaneGeometry(0, 1, 512, 1 << 20, 24, 1 << 20);

  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Superblock.BYTES]);

  private static Superblock root(int epoch, List<StreamCursor> cursors) {
    Pieces none = Pieces.NONE;
    UUID id = new UUID(1, 2);
    ScrubTimes scrub = new ScrubTimes(1_800_000_000_000L, 1_700_000_000_000L);
    return new Superblock(5, id, id, 99, GEOMETRY, epoch, false, 10, 12, none, cursors, scrub);
  }

  private static Superblock root() {
    return root(3, List.of(CURSOR, CURSOR, CURSOR));
  }

  private Superblock decode() throws CorruptRecordException, UnsupportedFormatException {
    buffer.putInt(CHECKSUM_OFFSET, crc.of(buffer, CHECKED_FROM, Superblock.BYTES - CHECKED_FROM));
    Superblock found = Superblock.decode(buffer, 0, crc, "place X");
    return Objects.requireNonNull(found);
  }

  @Test
  void shouldComeBackAsItWas() throws CorruptRecordException, UnsupportedFormatException {
    root().encode(buffer, 0, crc);
    assertThat(decode()).isEqualTo(root());
  }

  @Test
  void shouldKnowOfNoScrubThatWasNeverWrittenDown() throws Exception {
    root().encode(buffer, 0, crc);
    buffer.putLong(Layout.SUPERBLOCK.offsetOf("scrub: last pass began at ms"), 0);
    buffer.putLong(Layout.SUPERBLOCK.offsetOf("scrub: last pass ended at ms"), 0);
    assertThat(decode().scrub()).isEqualTo(ScrubTimes.NONE);
  }

  @Test
  void shouldOrderScrubsThoughTheClockSteppedBack() {
    ScrubTimes first = ScrubTimes.NONE.began(5_000);
    assertThat(first.isUnderWay()).isTrue();
    ScrubTimes ended = first.ended(3_000);
    assertThat(ended).isEqualTo(new ScrubTimes(5_000, 5_000));
    assertThat(ended.isUnderWay()).isFalse();
    assertThat(ended.began(1_000)).isEqualTo(new ScrubTimes(5_001, 5_000));
    assertThat(ended.began(1_000).isUnderWay()).isTrue();
  }

  @Test
  void shouldBeNoneWhereNothingSaysSo() throws Exception {
    assertThat(Superblock.decode(buffer, 0, crc, "place X")).isNull();
  }

  @Test
  void shouldNotBeBelievedWithAWrongChecksum() {
    root().encode(buffer, 0, crc);
    buffer.putByte(Superblock.BYTES - 1, (byte) 1);
    assertThatThrownBy(() -> Superblock.decode(buffer, 0, crc, "place X"))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("checksum")
        .hasMessageContaining("place X");
  }

  @ParameterizedTest
  @CsvSource({"0, older", "1, older", "4, newer", "-1, older", "2147483647, newer"})
  void shouldNameAVersionThatIsNotOurs(int version, String age) {
    root().encode(buffer, 0, crc);
    buffer.putInt(Layout.SUPERBLOCK.offsetOf("format version"), version);
    assertThatThrownBy(this::decode)
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("format version %d at place X is %s".formatted(version, age));
  }

  @ParameterizedTest
  @CsvSource({
    "lanes, 0, geometry",
    "unit bytes, 1024, geometry",
    "segment bytes, 1048575, geometry",
    "segment bytes, 1048832, geometry",
    "segments, 0, geometry",
    "segments, -1, geometry",
    "header area bytes, 4096, geometry",
    "header area bytes, 1048577, geometry",
    "header area bytes, 536871424, geometry",
    "epoch, -1, epoch",
    "epoch, 8388608, epoch",
    "USER segment, -1, no place",
    "COLD segment, 24, no place",
    "META offset, -512, no place",
    "META offset, 1049088, no place",
    "META offset, 100, no place"
  })
  void shouldRefuseAFieldThatMakesNoSense(String field, int value, String complaint) {
    root().encode(buffer, 0, crc);
    int at = Layout.SUPERBLOCK.offsetOf(field);
    if (field.equals("lanes")) {
      buffer.putShort(at, (short) value);
    } else {
      buffer.putInt(at, value);
    }
    assertThatThrownBy(this::decode)
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining(complaint)
        .hasMessageContaining("place X");
  }

  @Test
  void shouldNotBeMadeOfNonsense() {
    assertThatThrownBy(() -> root(3, List.of(CURSOR))).isInstanceOf(CheckFailedException.class);
    List<StreamCursor> cursors = List.of(CURSOR, CURSOR, CURSOR);
    assertThatThrownBy(() -> root(-1, cursors)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> root(Superblock.EPOCH_MAX + 1, cursors))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LaneGeometry(1, 1, 512, 1 << 20, 24, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LaneGeometry(-1, 1, 512, 1 << 20, 24, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LaneGeometry(0, 1, 1024, 1 << 20, 24, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LaneGeometry(0, 1, 512, 1000, 24, 0))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldKnowWhatLiesWhere() {
    long first = GEOMETRY.headerAreaBytes() / 512;
    assertThat(GEOMETRY.segmentOf(first - 1)).isEqualTo(-1);
    assertThat(GEOMETRY.segmentOf(first)).isZero();
    assertThat(GEOMETRY.segmentOf(first + 24 * 2048 - 1)).isEqualTo(23);
    assertThat(GEOMETRY.segmentOf(first + 24 * 2048)).isEqualTo(-1);
    assertThat(GEOMETRY.holds(first - 1, 512)).isFalse();
    assertThat(GEOMETRY.holds(first, 1 << 20)).isTrue();
    assertThat(GEOMETRY.holds(first + 1, 1 << 20)).isFalse();
    assertThat(GEOMETRY.holds(first, -1)).isFalse();
    LaneGeometry large = new LaneGeometry(0, 1, 4096, 1 << 20, 24, 1 << 20);
    assertThat(large.holds(first + 1, 4096)).as("a block").isTrue();
    assertThat(large.holdsAligned(first + 1, 4096)).as("between two pages").isFalse();
    assertThat(large.holdsAligned(first + 8, 512)).as("less than a page").isFalse();
    assertThat(large.holdsAligned(first + 8, 4096)).isTrue();
    assertThat(large.holdsAligned(first - 8, 4096)).isFalse();
  }

  @Test
  void shouldKeepVersionsPositiveUpToTheLastEpoch() {
    long last = WriteId.of(Superblock.EPOCH_MAX, WriteId.COUNTER_MAX);
    assertThat(last).isPositive();
    assertThat(WriteId.epoch(last)).isEqualTo(Superblock.EPOCH_MAX);
    assertThat(WriteId.counter(last)).isEqualTo(WriteId.COUNTER_MAX);
    assertThat(WriteId.isSound(last, 1, Superblock.EPOCH_MAX)).isTrue();
    assertThat(WriteId.isSound(last, 2, Superblock.EPOCH_MAX)).isFalse();
    assertThat(WriteId.isSound(last, 1, Superblock.EPOCH_MAX - 1)).isFalse();
    assertThat(WriteId.isSound(WriteId.COUNTER_MAX, 1, 5)).as("epoch 0").isFalse();
    assertThat(WriteId.isSound(-1, 1, 5)).isFalse();
    assertThat(WriteId.text(WriteId.of(3, 17))).isEqualTo("3:17");
  }
}
