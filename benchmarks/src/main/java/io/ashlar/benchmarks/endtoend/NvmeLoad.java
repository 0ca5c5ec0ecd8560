package io.ashlar.benchmarks.endtoend;

import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.bench.AccessPattern;
import io.ashlar.initiator.nvme.bench.Idling;
import io.ashlar.initiator.nvme.bench.LoadRun;
import io.ashlar.initiator.nvme.bench.LoadShape;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;

/// This project's own NVMe/TCP host on one volume. Each round connects anew.
///
/// @param address the daemon's listener
/// @param subsystem the volume's NQN
/// @param warmUp how long it runs before it is measured
record NvmeLoad(
    String name, InetSocketAddress address, String subsystem, LoadShape shape, Duration warmUp)
    implements Contender {
  static final Duration WARM_UP = Duration.ofSeconds(1);

  /// At a fixed rate, what waits while code is compiled anew is counted until it is caught up with.
  private static final Duration WARM_UP_AT_RATE = Duration.ofSeconds(10);

  private static final int FILL_BLOCK_BYTES = 128 * 1024;
  private static final int FILL_DEPTH = 8;
  private static final int NAMESPACE = 1;

  @Override
  public Sample measure(Duration duration) throws IOException {
    LoadShape load = shape.seeded(System.nanoTime());
    try (NvmeInitiator host = connect()) {
      return Sample.of(
          new LoadRun(host, host.openNamespace(NAMESPACE, load.depth()), load)
              .run(warmUp, duration, Idling.SPIN));
    }
  }

  /// The same load at a rate.
  NvmeLoad atRate(String newName, double perSecond) {
    LoadShape load = shape.atRate((long) perSecond);
    return new NvmeLoad(newName, address, subsystem, load, WARM_UP_AT_RATE);
  }

  private NvmeInitiator connect() throws IOException {
    return NvmeInitiator.connect(
        InitiatorOptions.to(address, subsystem, UUID.randomUUID())
            .withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(60)));
  }

  /// Writes the whole span once, in order.
  void fill() throws IOException {
    LoadShape filling =
        new LoadShape(
            AccessPattern.SEQUENTIAL,
            0,
            FILL_BLOCK_BYTES,
            FILL_DEPTH,
            0,
            shape.spanBytes(),
            shape.randomPercent(),
            1);
    try (NvmeInitiator host = connect()) {
      new LoadRun(host, host.openNamespace(NAMESPACE, FILL_DEPTH), filling)
          .runOnce(shape.spanBytes() / FILL_BLOCK_BYTES);
    }
  }
}
