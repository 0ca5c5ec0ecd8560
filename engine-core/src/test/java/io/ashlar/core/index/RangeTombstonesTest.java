package io.ashlar.core.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTombstonesTest {
  private static final int BLOCKS = 60;
  private static final int LAYERS = 3;
  private static final int RANGES = 16;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldLetTheHighestWriteIdHoldWhateverTheOrder(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      RangeTombstones ranges = new RangeTombstones(RANGES);
      long[][] expected = new long[LAYERS][BLOCKS];
      for (int added = 0; added < RANGES; added++) {
        int layer = random.nextInt(LAYERS);
        int start = random.nextInt(BLOCKS - 1);
        int end = start + 1 + random.nextInt(BLOCKS - start - 1);
        long writeId = 1 + random.nextLong(100);
        if (random.nextBoolean()) {
          ranges.insert(layer, start, end, writeId);
        } else {
          ranges.insertCarried(layer, start, end, writeId);
        }
        for (int lba = start; lba < end; lba++) {
          expected[layer][lba] = Math.max(expected[layer][lba], writeId);
        }
        compare(ranges, expected);
        assertThat(ranges.size()).as("pieces of %s ranges", added + 1).isLessThan(2 * (added + 1));
      }
    }
  }

  private static void compare(RangeTombstones ranges, long[][] expected) {
    for (int layer = 0; layer < LAYERS; layer++) {
      long lastEnd = 0;
      for (int lba = 0; lba < BLOCKS; lba++) {
        assertThat(ranges.writeIdAt(layer, lba)).isEqualTo(expected[layer][lba]);
        lastEnd = expected[layer][lba] != 0 ? lba + 1 : lastEnd;
        int piece = ranges.firstAfter(layer, lba);
        boolean isCovered = piece != RangeTombstones.NONE && ranges.start(piece) <= lba;
        assertThat(isCovered).isEqualTo(expected[layer][lba] != 0);
        long covering = ranges.writeIdCovering(layer, lba, lba + 1);
        assertThat(covering).isEqualTo(expected[layer][lba]);
      }
      assertThat(ranges.lastEnd(layer)).isEqualTo(lastEnd);
    }
  }
}
