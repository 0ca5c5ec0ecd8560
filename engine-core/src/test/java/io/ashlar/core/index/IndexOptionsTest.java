package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class IndexOptionsTest {
  private static final int REAP = IndexOptions.REAP_RESERVE + 16 + 128;

  private static void refuse(IntFunction<IndexOptions> options, int... values) {
    for (int value : values) {
      assertThatThrownBy(() -> options.apply(value)).isInstanceOf(CheckFailedException.class);
    }
  }

  @Test
  void shouldRefuseLimitsThatDoNotFitEachOther() {
    assertThat(new IndexOptions(28, 128, 1, 1, 2, 4, REAP, 16, 4096).memoryBytes()).isPositive();
    refuse(frames -> new IndexOptions(frames, 128, 1, 1, 2, 4, REAP, 16, 512), 27, 1 << 19);
    refuse(points -> new IndexOptions(28, points, 1, 1, 2, 4, REAP, 16, 512), 127, 1 << 25);
    refuse(ranges -> new IndexOptions(28, 128, ranges, 1, 2, 4, REAP, 16, 512), 0, 1 << 15);
    refuse(dirty -> new IndexOptions(28, 128, 1, dirty, 2, 4, REAP, 16, 512), 0, 1 << 21);
    refuse(least -> new IndexOptions(28, 128, 1, 1, least, 4, REAP, 16, 512), 1, 129);
    refuse(loads -> new IndexOptions(28, 128, 1, 1, 2, loads, REAP, 16, 512), 1, 5);
    refuse(reap -> new IndexOptions(28, 128, 1, 1, 2, 4, reap, 16, 512), 0, REAP - 1);
    refuse(layers -> new IndexOptions(28, 128, 1, 1, 2, 4, 1 << 20, layers, 512), 0, 1 << 16);
    refuse(unit -> new IndexOptions(28, 128, 1, 1, 2, 4, REAP, 16, unit), 0, 1024);
  }
}
