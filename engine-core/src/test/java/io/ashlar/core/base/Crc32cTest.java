package io.ashlar.core.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  private final Crc32c crc = new Crc32c();

  /// The vectors of RFC 3720, appendix B.4.
  @Test
  void shouldMatchThePublishedVectors() {
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    byte[] ascending = new byte[32];
    for (int i = 0; i < 32; i++) {
      ascending[i] = (byte) i;
    }
    assertThat(crc.of(new UnsafeBuffer(new byte[32]), 0, 32)).isEqualTo(0x8A9136AA);
    assertThat(crc.of(new UnsafeBuffer(ones), 0, 32)).isEqualTo(0x62A8AB43);
    assertThat(crc.of(new UnsafeBuffer(ascending), 0, 32)).isEqualTo(0x46DD794E);
    assertThat(crc.of(new UnsafeBuffer(new byte[0]), 0, 0)).isZero();
  }

  @Test
  void shouldGiveTheSameForEveryKindOfBuffer() {
    byte[] bytes = randomBytes(9000);
    ByteBuffer direct = ByteBuffer.allocateDirect(9000).put(0, bytes);
    UnsafeBuffer raw = new UnsafeBuffer(BufferUtil.address(direct), 9000);
    UnsafeBuffer sliced = new UnsafeBuffer(bytes, 100, 8900);
    UnsafeBuffer wrapped = new UnsafeBuffer(direct, 100, 8900);
    for (int length : new int[] {0, 1, 15, 16, 4096, 8000}) {
      int expected = reference(bytes, 107, length);
      assertThat(crc.of(new UnsafeBuffer(bytes), 107, length)).isEqualTo(expected);
      assertThat(crc.of(raw, 107, length)).isEqualTo(expected);
      assertThat(crc.of(sliced, 7, length)).isEqualTo(expected);
      assertThat(crc.of(wrapped, 7, length)).isEqualTo(expected);
    }
    assertThat(direct.limit()).isEqualTo(9000);
  }

  @Test
  void shouldChecksumTheSeedAsThreeLittleEndianNumbersBeforeTheBytes() {
    byte[] bytes = randomBytes(100);
    byte[] whole =
        ByteBuffer.allocate(124)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(7)
            .putLong(-2)
            .putLong(1L << 40)
            .put(bytes)
            .array();
    assertThat(crc.ofSeeded(7, -2, 1L << 40, new UnsafeBuffer(bytes), 0, 100))
        .isEqualTo(reference(whole, 0, 124));
  }

  @Test
  void shouldRefuseARangeBeyondTheBuffer() {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
    assertThatThrownBy(() -> crc.of(buffer, 8, 9)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> crc.of(buffer, -1, 4)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> crc.of(buffer, 17, 0)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> crc.of(buffer, 0, -1)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldReachAnyAddressThroughTheSameFewViews() {
    AddressViews views = new AddressViews();
    long high = 0x7F12_3FFF_FFF0L;
    assertThat(views.viewOf(high)).isSameAs(views.viewOf(high - 4096));
    assertThat(views.viewOf(high)).isNotSameAs(views.viewOf(high + 4096));
    assertThat(views.viewOf(high).capacity() - AddressViews.indexOf(high))
        .isGreaterThanOrEqualTo(AddressViews.RANGE_BYTES_MAX);
    assertThat(AddressViews.indexOf(4096)).isZero();
    assertThat(AddressViews.indexOf((1L << 30) + 5)).isEqualTo(5);
  }

  private static int reference(byte[] bytes, int offset, int length) {
    CRC32C reference = new CRC32C();
    reference.update(bytes, offset, length);
    return (int) reference.getValue();
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(42).nextBytes(bytes);
    return bytes;
  }
}
