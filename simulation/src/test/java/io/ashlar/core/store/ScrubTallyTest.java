package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.store.ScrubTally.Kind;
import io.ashlar.core.store.ScrubTally.Sighting;
import org.junit.jupiter.api.Test;

/// What counts once and what counts again.
class ScrubTallyTest {
  private final ScrubTally tally = new ScrubTally();

  @Test
  void shouldTellKindsOfDamageAtOnePlaceApart() {
    for (Kind kind : Kind.values()) {
      assertThat(tally.note(kind, 4096)).as("%s", kind).isEqualTo(Sighting.NEW);
      assertThat(tally.note(kind, 4096)).as("%s again", kind).isEqualTo(Sighting.REPEATED);
    }
    assertThat(tally.byPass()).isEqualTo(new ScrubFindings(1, 2, 1, 1));
    assertThat(tally.inAll()).isEqualTo(new ScrubFindings(1, 2, 1, 1));
  }

  @Test
  void shouldForgetWhatAPassDidNotMeet() {
    tally.note(Kind.BLOCK, 0);
    tally.beginPass();
    assertThat(tally.note(Kind.BLOCK, 0)).isEqualTo(Sighting.KNOWN);
    assertThat(tally.byPass()).isEqualTo(new ScrubFindings(1, 0, 0, 0));
    tally.beginPass();
    tally.beginPass();
    assertThat(tally.note(Kind.BLOCK, 0)).as("mended meanwhile").isEqualTo(Sighting.NEW);
    assertThat(tally.inAll()).isEqualTo(new ScrubFindings(2, 0, 0, 0));
  }

  /// A device that rots all over must not take all memory: beyond a bound nothing is remembered,
  /// and counts whenever it is met.
  @Test
  void shouldRememberABoundedNumberOfDamages() {
    for (long i = 0; i < ScrubTally.DAMAGES_MAX; i++) {
      tally.note(Kind.BLOCK, i * 512);
    }
    long beyond = ScrubTally.DAMAGES_MAX * 512L;
    assertThat(tally.note(Kind.BLOCK, beyond)).isEqualTo(Sighting.NEW);
    assertThat(tally.note(Kind.BLOCK, beyond)).isEqualTo(Sighting.NEW);
    assertThat(tally.note(Kind.BLOCK, 0)).isEqualTo(Sighting.REPEATED);
    assertThat(tally.byPass().blocks()).isEqualTo(ScrubTally.DAMAGES_MAX + 2L);
  }
}
