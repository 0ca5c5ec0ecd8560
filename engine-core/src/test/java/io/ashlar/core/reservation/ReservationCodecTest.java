package io.ashlar.core.reservation;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReservationCodecTest {
  private static final int OFFSET = 24;
  private static final HostIdentity ALICE = HostIdentity.nvme("nqn.2026-01.test:älice", 1, 2);
  private static final HostIdentity BOB =
      HostIdentity.iscsi("iqn.2026-01.test:bob", 0xFFFF_FFFF_FFFFL);

  private final ReservationCodec codec = new ReservationCodec();
  private final ReservationTable table = new ReservationTable();
  private final UnsafeBuffer bytes =
      new UnsafeBuffer(new byte[OFFSET + ReservationCodec.LENGTH_BYTES_MAX]);

  @ParameterizedTest
  @EnumSource(ReservationType.class)
  void shouldDecodeWhatItEncoded(ReservationType type) {
    fill(type);
    int length = codec.encode(table, bytes, OFFSET);
    ReservationTable decoded = new ReservationTable();
    assertThat(codec.decode(bytes, OFFSET, length, decoded)).isNull();
    assertThat(picture(decoded)).isEqualTo(picture(table));
  }

  @Test
  void shouldDecodeAnEmptyTable() {
    int length = codec.encode(new ReservationTable(), bytes, OFFSET);
    assertThat(length).isEqualTo(ReservationCodec.HEADER_BYTES);
    fill(ReservationType.EXCLUSIVE_ACCESS);
    assertThat(codec.decode(bytes, OFFSET, length, table)).isNull();
    assertThat(picture(table)).isEqualTo(picture(new ReservationTable()));
  }

  @Test
  void shouldHoldTheLargestTable() {
    for (int i = 0; i < ReservationTable.REGISTRANTS_MAX; i++) {
      String name = "n".repeat(HostIdentity.NAME_BYTES_MAX);
      table.register(HostIdentity.nvme(name, -1, i), -1);
    }
    int length = codec.encode(table, bytes, OFFSET);
    assertThat(length).isEqualTo(ReservationCodec.LENGTH_BYTES_MAX);
    ReservationTable decoded = new ReservationTable();
    assertThat(codec.decode(bytes, OFFSET, length, decoded)).isNull();
    assertThat(decoded.registrants()).hasSize(ReservationTable.REGISTRANTS_MAX);
  }

  @Test
  void shouldNoticeEveryFlippedBit() {
    fill(ReservationType.WRITE_EXCLUSIVE);
    int length = codec.encode(table, bytes, OFFSET);
    ReservationTable into = new ReservationTable();
    for (int bit = 0; bit < length * Byte.SIZE; bit++) {
      int at = OFFSET + bit / Byte.SIZE;
      byte before = bytes.getByte(at);
      bytes.putByte(at, (byte) (before ^ 1 << bit % Byte.SIZE));
      assertThat(codec.decode(bytes, OFFSET, length, into)).as("bit %d", bit).isNotNull();
      bytes.putByte(at, before);
    }
    assertThat(into.registrants()).as("nothing was loaded").isEmpty();
  }

  @Test
  void shouldNoticeEveryTruncation() {
    fill(ReservationType.WRITE_EXCLUSIVE);
    int length = codec.encode(table, bytes, OFFSET);
    for (int available = 0; available < length; available++) {
      assertThat(codec.decode(bytes, OFFSET, available, new ReservationTable()))
          .as("%d bytes", available)
          .isNotNull();
    }
  }

  /// Bytes that lie behind a right checksum: a forger's, not a disk's.
  @Test
  void shouldSurviveForgedBytes() {
    SplittableRandom random = new SplittableRandom(1);
    fill(ReservationType.WRITE_EXCLUSIVE);
    for (int round = 0; round < 20_000; round++) {
      int length = codec.encode(table, bytes, OFFSET);
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = OFFSET + ReservationCodec.GENERATION_OFFSET;
        at += random.nextInt(length - ReservationCodec.GENERATION_OFFSET);
        bytes.putByte(at, (byte) random.nextInt());
      }
      seal(length);
      ReservationTable into = new ReservationTable();
      if (codec.decode(bytes, OFFSET, length, into) == null) {
        assertThat(into.registrants()).allMatch(one -> one.key() != 0);
        assertThat(into.holder() == null || into.isRegistered(into.holder())).isTrue();
      }
    }
  }

  @Test
  void shouldSayWhatIsWrong() {
    assertThat(forged(ReservationCodec.HOLDER_OFFSET, 2)).contains("registrant 2 of 2 as holder");
    assertThat(forged(ReservationCodec.TYPE_OFFSET, 7)).contains("unknown type 7");
    assertThat(forged(ReservationCodec.COUNT_OFFSET, 1)).contains("not where they say");
    assertThat(forged(ReservationCodec.COUNT_OFFSET, 3)).contains("registrant 2 does not fit");
    assertThat(forged(ReservationCodec.COUNT_OFFSET, 255)).contains("claim 255 registrants");
    assertThat(forged(ReservationCodec.FLAGS_OFFSET, 2)).contains("unknown flags");
    assertThat(forged(ReservationCodec.VERSION_OFFSET, 9)).contains("version 9");
    int first = ReservationCodec.HEADER_BYTES;
    assertThat(forged(first + ReservationCodec.PROTOCOL_OFFSET, 5)).contains("no host");
    assertThat(forged(first + ReservationCodec.PROTOCOL_OFFSET, 1)).contains("no host");
    assertThat(forged(first + ReservationCodec.NAME_LENGTH_OFFSET, 0)).contains("does not fit");
    assertThat(forged(first + ReservationCodec.REGISTRANT_BYTES, 0xFF)).contains("no host");
    assertThat(forged(first, 0)).as("key").contains("no host");
  }

  @Test
  void shouldRefuseARegistrantThatIsThereTwice() {
    table.register(HostIdentity.nvme("a", 0, 1), 1);
    table.register(HostIdentity.nvme("b", 0, 1), 1);
    int length = codec.encode(table, bytes, OFFSET);
    int second = ReservationCodec.HEADER_BYTES + ReservationCodec.REGISTRANT_BYTES + 1;
    bytes.putByte(OFFSET + second + ReservationCodec.REGISTRANT_BYTES, (byte) 'a');
    seal(length);
    assertThat(codec.decode(bytes, OFFSET, length, new ReservationTable())).contains("twice");
  }

  private @Nullable String forged(int at, int value) {
    ReservationTable fresh = new ReservationTable();
    fresh.register(ALICE, 1);
    fresh.register(BOB, 2);
    fresh.reserve(BOB, 2, ReservationType.WRITE_EXCLUSIVE);
    int length = codec.encode(fresh, bytes, OFFSET);
    bytes.putByte(OFFSET + at, (byte) value);
    seal(length);
    return codec.decode(bytes, OFFSET, length, new ReservationTable());
  }

  private void seal(int length) {
    int from = OFFSET + ReservationCodec.MAGIC_OFFSET;
    int checksum = new Crc32c().of(bytes, from, length - ReservationCodec.MAGIC_OFFSET);
    bytes.putInt(OFFSET + ReservationCodec.CHECKSUM_OFFSET, checksum, LITTLE_ENDIAN);
  }

  private void fill(ReservationType type) {
    table.register(ALICE, 0x1122_3344_5566_7788L);
    table.register(BOB, -1);
    table.reserve(BOB, -1, type);
    table.persist(Persistence.PERSISTENT);
  }

  private static String picture(ReservationTable of) {
    return new ArrayList<>(of.registrants())
        + " "
        + of.type()
        + " "
        + of.holder()
        + " "
        + of.persistence()
        + " "
        + of.generation();
  }
}
