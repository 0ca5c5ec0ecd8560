package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as a volume entry: refused, or a volume that could be, written back in its length.
///
/// Input: the entry.
class VolumeEntryFuzzTest {
  private final UnsafeBuffer again = new UnsafeBuffer(new byte[2 * VolumeEntry.BYTES_MAX]);

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "1h")
  void shouldReadAnEntryOrRefuseIt(byte[] input) {
    UnsafeBuffer buffer = new UnsafeBuffer(input);
    int length = VolumeEntry.length(buffer, 0, input.length);
    try {
      VolumeEntry entry = VolumeEntry.decode(buffer, 0, input.length);
      assertThat(length).isBetween(1, input.length);
      assertThat(entry.layer()).isNotZero();
      assertThat(entry.sizeBytes()).isPositive();
      int encoded = entry.encode(again, 0);
      VolumeEntry back = VolumeEntry.decode(again, 0, encoded);
      assertThat(back.wrappedKeys()).isEqualTo(entry.wrappedKeys());
      assertThat(back.name()).isEqualTo(entry.name());
      assertThat(back.uuid()).isEqualTo(entry.uuid());
    } catch (CorruptRecordException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
