package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupPaddingTest {
  private static final int SMALL = GroupHeaderFlyweight.ALIGNED_PAYLOAD_BYTES_MIN - 512;
  private static final int LARGE = GroupHeaderFlyweight.ALIGNED_PAYLOAD_BYTES_MIN;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldPadTheHeaderOfALittlePayloadToAUnit(int unit) {
    for (int offset = 0; offset < 16 * 1024; offset += unit) {
      for (int header = 64; header <= GroupHeaderFlyweight.HEADER_BYTES_MAX; header += 8) {
        int padded = GroupHeaderFlyweight.paddedBytes(offset, header, SMALL, unit);
        assertThat(padded).isEqualTo(Sectors.align(header, unit));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldBeginALargePayloadAtABoundaryWhereTheHeaderMayGrow(int unit) {
    for (int offset = 0; offset < 16 * 1024; offset += unit) {
      for (int header = 64; header <= GroupHeaderFlyweight.HEADER_BYTES_MAX; header += 8) {
        int padded = GroupHeaderFlyweight.paddedBytes(offset, header, LARGE, unit);
        assertThat(padded)
            .isBetween(header, GroupHeaderFlyweight.HEADER_BYTES_MAX)
            .isLessThanOrEqualTo(GroupHeaderFlyweight.paddedBytesMax(header, LARGE, unit));
        assertThat(padded % unit).isZero();
        if (header <= 12 * 1024) {
          assertThat((offset + padded) % 4096).as("%d, %d", offset, header).isZero();
        }
      }
    }
  }
}
