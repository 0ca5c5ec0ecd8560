package io.ashlar.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0d, 0",
    "45s, 45",
    "90m, 5400",
    "12H, 43200",
    "30 d, 2592000",
    "' 999999999d ', 86399999913600"
  })
  void shouldReadWhatPeopleWrite(String text, long seconds) {
    assertThat(TimeSpan.parseSeconds(text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "d", "-1d", "1.5d", "1w", "1d12h", "9999999999s"})
  void shouldRefuseWhatIsNoDuration(String text) {
    assertThatThrownBy(() -> TimeSpan.parseSeconds(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'" + text + "' is not a duration: write a number and a unit, such as 30d or 12h.");
  }

  @ParameterizedTest
  @CsvSource({"0, 0s", "59, 59s", "60, 1m", "90, 90s", "5400, 90m", "129600, 36h", "2592000, 30d"})
  void shouldPrintTheLargestUnitThatHoldsIt(long seconds, String text) {
    assertThat(TimeSpan.format(seconds)).isEqualTo(text);
  }

  @Test
  void shouldReadWhatItPrints() {
    for (long seconds = 0; seconds < 400_000; seconds += 60) {
      assertThat(TimeSpan.parseSeconds(TimeSpan.format(seconds))).isEqualTo(seconds);
    }
  }
}
