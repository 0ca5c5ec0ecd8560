package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo.Smart;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolHealthTest {
  private static final Smart NO_SMART = Smart.none("a file has no SMART log");
  private static final FileRoom A_DISK = new FileRoom(0, 0);

  private static List<HealthEntry> health(PoolSpace space, Smart smart) {
    return PoolHealth.of(
        new PoolHealth.Signs("/dev/x", false, false, "", 0, 0, 0, 0), space, A_DISK, smart);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, ",
    "4096, 4096, ",
    "4096, 5000, file-system-short",
    "1024, 5000, file-system-short",
    "1023, 5000, file-system-full",
    "1023, 500, ",
    "0, 1, file-system-full",
  })
  void shouldWarnBeforeTheFileCannotGrow(long freeMib, long unbackedMib, String code) {
    FileRoom room = new FileRoom(freeMib << 20, unbackedMib << 20);
    PoolHealth.Signs signs = new PoolHealth.Signs("/data/pool", false, false, "", 0, 0, 0, 0);
    List<HealthEntry> health = PoolHealth.of(signs, new PoolSpace(9, 0, 9), room, NO_SMART);
    assertThat(health)
        .map(HealthEntry::code)
        .containsExactlyElementsOf(code == null ? List.of() : List.of(code));
    assertThat(health).allSatisfy(each -> assertThat(each.sentence()).contains("/data/pool"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, ",
    "799, ",
    "800, pool-filling",
    "899, pool-filling",
    "900, pool-nearly-full",
    "999, pool-nearly-full",
    "1000, pool-full",
    "1010, pool-full",
  })
  void shouldWarnBeforeThePoolIsFull(long usedBytes, String code) {
    List<HealthEntry> health = health(new PoolSpace(1000, usedBytes, 1000), NO_SMART);
    assertThat(health)
        .map(HealthEntry::code)
        .containsExactlyElementsOf(code == null ? List.of() : List.of(code));
  }

  @Test
  void shouldSayThatVolumesMayOutgrowThePool() {
    List<HealthEntry> health = health(new PoolSpace(1000, 850, 2500), NO_SMART);
    assertThat(health).map(HealthEntry::code).containsExactly("pool-filling", "overcommitted");
    assertThat(health.getFirst().sentence())
        .isEqualTo(
            "The pool is 85 % full, and its volumes may grow beyond it: discard, delete or move"
                + " volumes before writes are refused.");
    assertThat(health.getLast().sentence()).contains("2.5 times");
  }

  @Test
  void shouldPassOnWhatTheDiskWarnsOf() {
    Smart worn =
        new Smart(true, "read", 101, 5, 40, 0, List.of("the spare blocks are running out"));
    assertThat(health(new PoolSpace(1000, 0, 0), worn))
        .singleElement()
        .satisfies(each -> {
          assertThat(each.code()).isEqualTo("device-worn");
          assertThat(each.sentence()).contains("/dev/x").contains("spare blocks");
        });
  }

  @Test
  void shouldNameTheWorstFirst() {
    PoolHealth.Signs signs = new PoolHealth.Signs("/dev/x", true, true, "it broke", 3, 4, 1, 2);
    assertThat(PoolHealth.of(signs, new PoolSpace(1000, 950, 3000), A_DISK, NO_SMART))
        .map(HealthEntry::code)
        .containsExactly(
            "device-gone",
            "pool-failed",
            "pool-nearly-full",
            "blocks-damaged",
            "damage-repaired",
            "device-errors",
            "overcommitted");
  }
}
