package io.ashlar.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock.LaneGeometry;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// Groups whose checksum holds and whose lengths are nobody's: what a window may be asked to show.
class GroupWindowTest {
  private static final int UNIT = 512;
  private static final int SEGMENT_BYTES = 1 << 20;
  private static final int MEMORY_BYTES = 64 * 1024;
  private static final long SECRET = 99;

  private final LaneGeometry geometry = new LaneGeometry(0, 1, UNIT, SEGMENT_BYTES, 24, 1 << 20);
  private final Crc32c crc = new Crc32c();
  private final GroupProof proof = new GroupProof(crc, SECRET, 0);
  private final UnsafeBuffer memory = new UnsafeBuffer(new byte[MEMORY_BYTES]);
  private final GroupWindow window =
      new GroupWindow(memory, geometry, proof, crc, GroupHeaderFlyweight.META_HEADER_BYTES);

  /// Plants a group of so many records at the memory's start, the first with a payload.
  private void plant(Stream stream, RecordType type, int records, int payloadBytes) {
    GroupHeaderFlyweight header = new GroupHeaderFlyweight().wrap(memory, 0, MEMORY_BYTES);
    RecordFlyweight record = new RecordFlyweight();
    int at = GroupHeaderFlyweight.BYTES;
    for (int i = 0; i < records; i++) {
      record.wrap(memory, at).head(type, 0, 1).payload(i == 0 ? payloadBytes : 0, 0);
      at += RecordFlyweight.BYTES;
    }
    header.identity(SECRET, 0, stream.code()).order(7, 6, 1, 1);
    header.shape(at, payloadBytes, records);
    header.checksum(proof.checksumOf(header.buffer(), at));
  }

  private Verdict judge(Stream stream, int offset) {
    window.loaded(0, offset, Math.min(MEMORY_BYTES, SEGMENT_BYTES - offset));
    return window.judge(stream, 1, offset);
  }

  @Test
  void shouldTakeWhatFits() {
    plant(Stream.USER, RecordType.RESERVATIONS, 2, 31 * 1024);
    assertThat(judge(Stream.USER, 0)).isEqualTo(Verdict.SOUND);
    assertThat(window.holdsGroup()).isTrue();
    assertThat(window.groupBytes()).isEqualTo(UNIT + 31 * 1024);
    assertThat(window.isSeal()).isFalse();
  }

  @Test
  void shouldFindALargePayloadOnA4KBoundary() {
    plant(Stream.USER, RecordType.RESERVATIONS, 1, 32 * 1024);
    assertThat(judge(Stream.USER, 3 * UNIT)).isEqualTo(Verdict.SOUND);
    assertThat(window.payloadBase() % 4096).isZero();
    assertThat(window.groupBytes()).isEqualTo(4096 - 3 * UNIT + 32 * 1024);
  }

  @Test
  void shouldRefuseAGroupLongerThanAnyThatIsWritten() {
    plant(Stream.USER, RecordType.RESERVATIONS, 1, MEMORY_BYTES);
    assertThat(judge(Stream.USER, 0)).as("it would never be in memory").isEqualTo(Verdict.DAMAGED);
    plant(Stream.USER, RecordType.RESERVATIONS, 1, MEMORY_BYTES - 4096);
    assertThat(judge(Stream.USER, 0)).isEqualTo(Verdict.SOUND);
    assertThat(window.holdsGroup()).isTrue();
  }

  @Test
  void shouldRefuseAGroupBeyondItsSegment() {
    plant(Stream.USER, RecordType.RESERVATIONS, 1, 8 * UNIT);
    assertThat(judge(Stream.USER, SEGMENT_BYTES - 9 * UNIT)).isEqualTo(Verdict.SOUND);
    assertThat(judge(Stream.USER, SEGMENT_BYTES - 8 * UNIT)).isEqualTo(Verdict.DAMAGED);
    assertThat(judge(Stream.USER, SEGMENT_BYTES)).as("no room at all").isEqualTo(Verdict.ABSENT);
  }

  @Test
  void shouldRefuseAMetaHeaderLongerThanItsFixedLength() {
    int most = (GroupHeaderFlyweight.META_HEADER_BYTES - GroupHeaderFlyweight.BYTES) / 40;
    assertThat(RecordFlyweight.BYTES).isEqualTo(40);
    plant(Stream.META, RecordType.PAGE, most, UNIT);
    assertThat(judge(Stream.META, 0)).isEqualTo(Verdict.SOUND);
    assertThat(window.firstPayload()).isEqualTo(GroupHeaderFlyweight.META_HEADER_BYTES);
    plant(Stream.META, RecordType.PAGE, most + 1, UNIT);
    assertThat(judge(Stream.META, 0)).as("records would be payload").isEqualTo(Verdict.DAMAGED);
  }

  @Test
  void shouldKnowASealByItsOneRecordAndItsShortHeader() {
    plant(Stream.META, RecordType.SEAL, 1, 0);
    assertThat(judge(Stream.META, SEGMENT_BYTES - UNIT)).isEqualTo(Verdict.SOUND);
    assertThat(window.isSeal()).isTrue();
    plant(Stream.META, RecordType.MARK, 1, 0);
    assertThat(judge(Stream.META, SEGMENT_BYTES - UNIT)).isEqualTo(Verdict.DAMAGED);
  }

  @Test
  void shouldJudgeOnlyWhatWasLoaded() {
    window.loaded(0, 0, MEMORY_BYTES);
    assertThat(window.holdsHeader(1, 0)).as("another segment").isFalse();
    assertThat(window.holdsHeader(0, MEMORY_BYTES)).isFalse();
    assertThatThrownBy(() -> window.judge(Stream.USER, 1, MEMORY_BYTES))
        .isInstanceOf(CheckFailedException.class);
    window.loaded(0, 4096, MEMORY_BYTES);
    assertThat(window.holdsHeader(0, 0)).as("before it").isFalse();
  }
}
