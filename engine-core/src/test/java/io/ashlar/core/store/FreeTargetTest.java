package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.Superblock.LaneGeometry;
import org.junit.jupiter.api.Test;

class FreeTargetTest {
  private static final int SEGMENT_BYTES = 4 << 20;

  private static FreeTarget pool(int segments) {
    return new FreeTarget(new LaneGeometry(0, 1, 4096, SEGMENT_BYTES, segments, 1 << 20));
  }

  @Test
  void shouldLeaveHostsSomeToGoOnWith() {
    assertThat(pool(24).rampBytes()).as("a small pool").isEqualTo(2L * SEGMENT_BYTES);
    assertThat(pool(512).rampBytes()).as("of 2 GiB: a part").isEqualTo(16L << 20);
    assertThat(pool(4096).rampBytes()).as("of 16 GiB: what is enough").isEqualTo(32L << 20);
    assertThat(pool(256 * 1024).rampBytes()).as("of 1 TiB: a part").isEqualTo(1L << 30);
    assertThat(pool(24).segments(3, 7)).as("beyond what they must leave").isEqualTo(9);
  }

  /// What a checkpoint needs it needs all at once, when it begins.
  @Test
  void shouldKeepWhatCheckpointsCameToNeedLately() {
    FreeTarget target = pool(24);
    target.note(1);
    target.note(4);
    target.note(2);
    assertThat(target.segments(3, 3)).as("the most since the last").isEqualTo(3 + 4 + 2);
    target.onCheckpoint();
    target.note(1);
    assertThat(target.segments(3, 3)).as("the most before it").isEqualTo(3 + 4 + 2);
    target.onCheckpoint();
    target.note(1);
    assertThat(target.segments(3, 3)).as("long ago").isEqualTo(3 + 1 + 2);
  }
}
