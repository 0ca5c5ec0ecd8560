package io.ashlar.core.reservation;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.base.Crc32c;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as a reservation table: a complaint, or a table that is written back as it was read.
///
/// Input: `| 1: the checksum is made to hold | the table |`.
class ReservationFuzzTest {
  private final ReservationCodec codec = new ReservationCodec();
  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer again = new UnsafeBuffer(new byte[ReservationCodec.LENGTH_BYTES_MAX]);

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "1h")
  void shouldReadATableOrComplain(byte[] input) {
    if (input.length == 0) {
      return;
    }
    UnsafeBuffer bytes = new UnsafeBuffer(Arrays.copyOfRange(input, 1, input.length));
    if (input[0] == 1 && bytes.capacity() >= ReservationCodec.HEADER_BYTES) {
      makeHold(bytes);
    }
    ReservationTable table = new ReservationTable();
    if (codec.decode(bytes, 0, bytes.capacity(), table) != null) {
      assertThat(table.registrants()).as("a table that was refused is left alone").isEmpty();
      return;
    }
    int length = codec.encode(table, again, 0);
    ReservationTable back = new ReservationTable();
    assertThat(codec.decode(again, 0, length, back)).isNull();
    assertThat(back.registrants().size()).isEqualTo(table.registrants().size());
    assertThat(back.type()).isEqualTo(table.type());
    assertThat(back.holder()).isEqualTo(table.holder());
  }

  private void makeHold(UnsafeBuffer bytes) {
    bytes.putInt(ReservationCodec.MAGIC_OFFSET, ReservationCodec.MAGIC, LITTLE_ENDIAN);
    bytes.putShort(
        ReservationCodec.VERSION_OFFSET, (short) ReservationCodec.VERSION, LITTLE_ENDIAN);
    int length = bytes.getInt(ReservationCodec.LENGTH_OFFSET, LITTLE_ENDIAN);
    if (length >= ReservationCodec.HEADER_BYTES && length <= bytes.capacity()) {
      int from = ReservationCodec.MAGIC_OFFSET;
      bytes.putInt(
          ReservationCodec.CHECKSUM_OFFSET, crc.of(bytes, from, length - from), LITTLE_ENDIAN);
    }
  }
}
