package io.ashlar.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.PoolInfo.Smart;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmartctlReportTest {
  private static Smart read(String json) {
    return SmartctlReport.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadAnNvmeDisk() {
    Smart smart =
        read(
            """
            {"smart_status": {"passed": true}, "temperature": {"current": 41},
             "nvme_smart_health_information_log": {"available_spare": 99, "percentage_used": 7,
                                                   "media_errors": 2}}
            """);
    assertThat(smart)
        .isEqualTo(new Smart(true, "read by smartctl", 7, 99, 41, 2, smart.warnings()));
    assertThat(smart.warnings()).isEmpty();
  }

  @Test
  void shouldAddUpWhatAnAtaDiskCouldNotKeep() {
    Smart smart =
        read(
            """
            {"smart_status": {"passed": false}, "temperature": {"current": 33},
             "ata_smart_attributes": {"table": [
               {"id": 5, "raw": {"value": 3}}, {"id": 9, "raw": {"value": 7000}},
               {"id": 197, "raw": {"value": 1}}, {"id": 198, "raw": {"value": 0}}]}}
            """);
    assertThat(smart.mediaErrors()).isEqualTo(4);
    assertThat(smart.usedPercent()).isEqualTo(Smart.UNKNOWN);
    assertThat(smart.warnings()).containsExactly("it expects to fail soon");
  }

  @Test
  void shouldWarnOfAWornDisk() {
    assertThat(
            read("{\"smart_status\":{\"passed\":true},\"endurance_used\":{\"current_percent\":104}}")
                .warnings())
        .containsExactly("its rated life is used up (104 %)");
  }

  @Test
  void shouldPassOnWhySmartctlKnowsNothing() {
    Smart smart =
        read(
            """
            {"smartctl": {"messages": [{"string": "/dev/vda: Unable to detect device type",
                                        "severity": "error"}], "exit_status": 1}}
            """);
    assertThat(smart.available()).isFalse();
    assertThat(smart.source()).isEqualTo("smartctl says: /dev/vda: Unable to detect device type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"smart_status\":7}",
        "{\"smart_status\":{\"passed\":\"yes\"},\"smartctl\":{\"messages\":{}}}",
        "{\"smartctl\":{\"messages\":[{\"string\":{}}]}}"
      })
  void shouldTakeStrangeAnswersAsNotKnown(String json) {
    assertThat(read(json).available()).isFalse();
  }

  @Test
  void shouldTakeStrangeFiguresAsNotKnown() {
    Smart smart =
        read(
            """
            {"smart_status": {"passed": true}, "temperature": {"current": "hot"},
             "ata_smart_attributes": {"table": [{"id": 5}, 7, {"id": "x", "raw": 1}]},
             "nvme_smart_health_information_log": {"percentage_used": 1e30, "media_errors": 9e99}}
            """);
    assertThat(smart.available()).isTrue();
    assertThat(smart.temperatureCelsius()).isEqualTo(Smart.UNKNOWN);
    assertThat(smart.mediaErrors()).isEqualTo(Smart.UNKNOWN);
    assertThat(smart.usedPercent()).isEqualTo(Smart.UNKNOWN);
  }
}
