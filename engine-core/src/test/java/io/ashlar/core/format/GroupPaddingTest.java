package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupPaddingTest {
  private static final int SMALL = GroupHeaderFlyweight.ALIGNED_PAYLOAD_BYTES_MIN - 4096;
  private static final int LARGE = GroupHeaderFlyweight.ALIGNED_PAYLOAD_BYTES_MIN;

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldPadTheHeaderOfALittlePayloadToTheAlignment(int alignment) {
    for (int offset = 0; offset < 16 * 1024; offset += alignment) {
      for (int header = 64; header <= GroupHeaderFlyweight.HEADER_BYTES_MAX; header += 8) {
        int padded = GroupHeaderFlyweight.paddedBytes(offset, header, SMALL, alignment);
        assertThat(padded).isEqualTo(Sectors.align(header, alignment));
      }
    }
  }

  @Test
  void shouldLetAShortHeaderShareADiskBlockWithItsPayload() {
    assertThat(paddedBytes(200, 1536)).as("a compressed block").isEqualTo(512);
    assertThat(GroupHeaderFlyweight.groupBytes(512, 1536, 4096)).isEqualTo(4096);
    assertThat(paddedBytes(200, 4096)).as("nothing is gained").isEqualTo(4096);
    assertThat(paddedBytes(200, 3584)).as("it just fits").isEqualTo(512);
    assertThat(paddedBytes(600, 3584)).as("it does not").isEqualTo(4096);
    assertThat(paddedBytes(200, 0)).isEqualTo(4096);
    assertThat(paddedBytes(200, 32 * 1024 + 512)).as("too much to move").isEqualTo(4096);
  }

  private static int paddedBytes(int headerBytes, int payloadBytes) {
    return GroupHeaderFlyweight.paddedBytes(0, headerBytes, payloadBytes, 4096);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 4096})
  void shouldNeverGrowAGroupByASharedDiskBlock(int alignment) {
    for (int payload = 0; payload < LARGE; payload += 512) {
      for (int header = 64; header <= GroupHeaderFlyweight.HEADER_BYTES_MAX; header += 72) {
        int padded = GroupHeaderFlyweight.paddedBytes(0, header, payload, alignment);
        int most = GroupHeaderFlyweight.paddedBytesMax(header, payload, alignment);
        assertThat(padded).isBetween(header, most);
        assertThat(GroupHeaderFlyweight.groupBytes(padded, payload, alignment))
            .isLessThanOrEqualTo(GroupHeaderFlyweight.groupBytes(most, payload, alignment));
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
