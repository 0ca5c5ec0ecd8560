package io.ashlar.target.nvme.subsystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Limits that contradict each other, or the specification, never reach a running target.
class TargetLimitsTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "0 128 16384 1048576 4 67108864, I/O queues",
    "1025 128 16384 1048576 4 67108864, I/O queues",
    "16 1 16384 1048576 4 67108864, 2 to 4096 entries",
    "16 4097 16384 1048576 4 67108864, 2 to 4096 entries",
    "16 128 4080 1048576 4 67108864, capsule",
    "16 128 65552 1048576 4 67108864, capsule",
    "16 128 8200 1048576 4 67108864, capsule",
    "16 128 16384 8192 4 67108864, a transfer is",
    "16 128 16384 2097152 4 67108864, a transfer is",
    "16 128 16384 49152 4 67108864, a transfer is",
    "16 128 16384 1048576 0 67108864, event requests",
    "16 128 16384 1048576 17 67108864, event requests",
    "16 128 16384 1048576 4 8388607, payload memory"
  })
  void shouldRefuseQueuesThatCannotBe(String figures, String why) {
    int[] each = Arrays.stream(figures.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    assertThatThrownBy(() -> new QueueLimits(each[0], each[1], each[2], each[3], each[4], each[5]))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 4096, 4096, 1, 32768", "1024, 4096, 65536, 1048576, 16, 8388608"})
  void shouldTakeTheSmallestQueuesAndTheLargest(
      int queues, int entries, int capsule, int transfer, int events, long payload) {
    assertThatCode(() -> new QueueLimits(queues, entries, capsule, transfer, events, payload))
        .doesNotThrowAnyException();
  }

  /// MDTS counts pages of 4 KiB as a power of two (Base 2.0, figure 275).
  @ParameterizedTest
  @CsvSource({"4096, 0", "65536, 4", "1048576, 8"})
  void shouldTellTheLargestTransferInPages(int transfer, int log2) {
    QueueLimits limits = new QueueLimits(1, 2, 4096, transfer, 1, 64 * MIB);
    assertThat(limits.transferPagesLog2()).isEqualTo(log2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 16, 10000, 20, at least one connection",
    "10, 0, 16, 10000, 20, connections of one address",
    "10, 11, 16, 10000, 20, connections of one address",
    "10, 10, 0, 10000, 20, at least one controller",
    "10, 10, 1, 0, 20, timeouts are positive",
    "10, 10, 1, 10000, 0, timeouts are positive"
  })
  void shouldRefuseConnectionLimitsThatLetNobodyIn(
      int all, int perAddress, int controllers, long loginMs, long lingerMs, String why) {
    assertThatThrownBy(() -> new ConnectionLimits(all, perAddress, controllers, loginMs, lingerMs))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 600000, 99, 120000, granularity",
    "1000, 600000, 150, 120000, granularity",
    "0, 600000, 100, 120000, shortest",
    "1001, 1000, 100, 120000, shortest",
    "1000, 600000, 100, 0, silence",
    "1000, 4294967296, 100, 120000, 32 bits"
  })
  void shouldRefuseKeepAliveLimitsThatNoTimeoutMeets(
      long min, long max, long granularity, long rest, String why) {
    assertThatThrownBy(() -> new KeepAliveLimits(min, max, granularity, rest))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldKnowNoOtherPathThanTheOneGroup() {
    assertThatThrownBy(() -> new AnaGroup(0, AnaState.OPTIMIZED, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new AnaGroup(2, AnaState.OPTIMIZED, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new AnaGroup(1, AnaState.OPTIMIZED, -1))
        .isInstanceOf(CheckFailedException.class);
  }
}
