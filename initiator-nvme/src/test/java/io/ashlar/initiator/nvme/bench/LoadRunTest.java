package io.ashlar.initiator.nvme.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.initiator.nvme.EchoController;
import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadRunTest {
  @Test
  void shouldCountWhatWasAnsweredByKind() throws IOException {
    LoadShape mixed = shape(AccessPattern.RANDOM, 70, 4096, 0);

    LoadResult result = run(mixed, Duration.ofMillis(50), Duration.ofMillis(300));

    assertThat(result.operations()).isPositive();
    double share = (double) result.reads().getTotalCount() / result.operations();
    assertThat(share).isBetween(0.6, 0.8);
    assertThat(result.bytesPerSecond()).isEqualTo(result.operationsPerSecond() * 4096);
  }

  @Test
  void shouldKeepToItsRate() throws IOException {
    LoadShape slow = shape(AccessPattern.SEQUENTIAL, 0, 4096, 500);

    LoadResult result = run(slow, Duration.ZERO, Duration.ofMillis(1200));

    // What was due is what was done, however slow the machine: later operations catch up.
    assertThat(result.operations()).isBetween(400L, 602L);
    assertThat(result.timeline()).isNotEmpty();
  }

  @Test
  void shouldAllocateNothingPerOperation() throws IOException {
    LoadShape reads = shape(AccessPattern.RANDOM, 100, 4096, 0);
    try (EchoController controller = new EchoController();
        NvmeInitiator host = NvmeInitiator.connect(options(controller))) {
      NvmeNamespace namespace = host.openNamespace(1, 16);
      new LoadRun(host, namespace, reads).run(Duration.ZERO, Duration.ofMillis(300), Idling.SPIN);
      com.sun.management.ThreadMXBean threads =
          (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
      LoadRun measured = new LoadRun(host, namespace, reads);
      long before = threads.getCurrentThreadAllocatedBytes();
      LoadResult result = measured.run(Duration.ZERO, Duration.ofMillis(500), Idling.SPIN);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      assertThat(result.operations()).isGreaterThan(1000);
      assertThat((double) allocated / result.operations())
          .as("bytes per operation over " + result.operations())
          .isLessThan(16.0);
    }
  }

  @Test
  void shouldRefuseShapesThatCannotBe() {
    assertThatThrownBy(() -> shape(AccessPattern.RANDOM, 101, 4096, 0))
        .hasMessageContaining("percent");
    assertThatThrownBy(() -> shape(AccessPattern.RANDOM, 0, 100, 0)).hasMessageContaining("512");
  }

  private static LoadShape shape(AccessPattern pattern, int reads, int block, long rate) {
    return new LoadShape(pattern, reads, block, 16, rate, 1 << 20, 50, 7);
  }

  private static LoadResult run(LoadShape shape, Duration warmUp, Duration duration)
      throws IOException {
    try (EchoController controller = new EchoController();
        NvmeInitiator host = NvmeInitiator.connect(options(controller))) {
      return new LoadRun(host, host.openNamespace(1, 16), shape)
          .run(warmUp, duration, Idling.SLEEP);
    }
  }

  private static InitiatorOptions options(EchoController controller) throws IOException {
    return InitiatorOptions.to(controller.address(), "nqn.echo", new UUID(1, 2));
  }
}
