package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompressionProbeTest {
  private final CompressionProbe probe = new CompressionProbe();

  @Test
  void shouldDoubleThePauseUpToItsLimitAndEndItWithTheFirstBlockThatShrinks() {
    for (int pause : new int[] {1, 3, 7, 15, 31, 63, 63}) {
      assertThat(probe.tryNext()).isTrue();
      probe.onNotShrunk();
      assertThat(skipped()).isEqualTo(pause);
    }
    probe.onShrunk();
    assertThat(probe.tryNext()).isTrue();
    probe.onNotShrunk();
    assertThat(skipped()).isEqualTo(1);
  }

  /// How many blocks are not tried before the next one is.
  private int skipped() {
    int blocks = 0;
    while (!probe.tryNext()) {
      blocks++;
    }
    return blocks;
  }
}
