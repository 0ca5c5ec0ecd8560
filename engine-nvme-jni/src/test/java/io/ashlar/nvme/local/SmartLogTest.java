package io.ashlar.nvme.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SmartLogTest {
  @Test
  void shouldReadTheFieldsAtTheirPlacesInTheSpecification() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[SmartLog.LENGTH]);
    page.putByte(0, (byte) 0b101);
    page.putShort(1, (short) (273 + 41));
    page.putByte(3, (byte) 97);
    page.putByte(4, (byte) 10);
    page.putByte(5, (byte) 200);
    page.putLong(32, 3);
    page.putLong(48, 5);
    page.putLong(160, 9);
    assertThat(SmartLog.read(page))
        .isEqualTo(new SmartLog(5, 41, 97, 10, 200, 3 * 512_000L, 5 * 512_000L, 9));
    assertThat(SmartLog.read(page).warnings())
        .containsExactly(
            "the spare blocks are running out",
            "the device's reliability has suffered from errors");
  }

  @Test
  void shouldSaturateCountersBeyondSixtyFourBits() {
    UnsafeBuffer page = new UnsafeBuffer(new byte[SmartLog.LENGTH]);
    page.putLong(40, 1);
    page.putLong(48, Long.MAX_VALUE);
    page.putLong(160, -1);
    SmartLog log = SmartLog.read(page);
    assertThat(log.readBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(log.writtenBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(log.mediaErrors()).isEqualTo(Long.MAX_VALUE);
  }
}
