package io.ashlar.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "512, 512",
    "4KiB, 4096",
    "4k, 4096",
    "1.5GiB, 1610612736",
    "20 GiB, 21474836480",
    "1TB, 1000000000000",
    "1tib, 1099511627776"
  })
  void shouldReadSizesAsPeopleWriteThem(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GiB", "-1", "1XB", "1..5G", "0.3B", "9000000PiB"})
  void shouldRefuseWhatIsNoSize(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1, 1B",
    "1536, 1.5KiB",
    "21474836480, 20GiB",
    "1073741825, 1GiB",
    "102400, 100KiB"
  })
  void shouldPrintShortSizes(long bytes, String text) {
    assertThat(ByteSize.format(bytes)).isEqualTo(text);
  }

  @Test
  void shouldReadBackWhatItPrints() {
    for (int shift = 0; shift < 53; shift++) {
      assertThat(ByteSize.parse(ByteSize.format(1L << shift))).isEqualTo(1L << shift);
    }
  }
}
