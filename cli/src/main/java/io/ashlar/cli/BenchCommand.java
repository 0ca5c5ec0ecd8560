package io.ashlar.cli;

import io.ashlar.control.VolumeInfo;
import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.bench.AccessPattern;
import io.ashlar.initiator.nvme.bench.Idling;
import io.ashlar.initiator.nvme.bench.LoadResult;
import io.ashlar.initiator.nvme.bench.LoadRun;
import io.ashlar.initiator.nvme.bench.LoadShape;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ashlar bench`: a bounded load on one volume over NVMe/TCP, from this machine.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description =
        "Measure a volume over NVMe/TCP from this machine. Reads only, unless --overwrite allows"
            + " writes, which destroy what the volume holds.")
final class BenchCommand implements Runnable {
  private static final int BLOCK_BYTES_MAX = 1 << 20;
  private static final int DEPTH_MAX = 128;
  private static final int SECONDS_MAX = 3600;

  /// The namespace that a volume's subsystem has.
  private static final int NAMESPACE = 1;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(index = "0", paramLabel = "VOLUME", description = "Name or id.")
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private String volume;

  @Option(
      names = "--pattern",
      defaultValue = "RANDOM",
      description = "random or sequential. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it from the default
  private AccessPattern pattern;

  @Option(
      names = "--block-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      defaultValue = "4KiB",
      description = "Length of each operation, up to 1MiB. Default: ${DEFAULT-VALUE}.")
  private long blockBytes;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "32",
      description = "Operations under way at a time, 1 to 128. Default: ${DEFAULT-VALUE}.")
  private int depth;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long to measure, up to 3600. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Operations per second to offer; latency then counts from when each was due. 0: as many"
              + " as go through. Default: ${DEFAULT-VALUE}.")
  private long rate;

  @Option(
      names = "--write-percent",
      paramLabel = "N",
      defaultValue = "0",
      description = "Share of writes; needs --overwrite. Default: ${DEFAULT-VALUE}.")
  private int writePercent;

  @Option(names = "--overwrite", description = "Allow writes. The volume's contents are lost.")
  private boolean overwrite;

  @Option(
      names = "--idle",
      defaultValue = "SPIN",
      description =
          "What to do while nothing has come: spin (least latency, takes a core) or sleep. Default:"
              + " ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli fills it from the default
  private Idling idling;

  @Option(
      names = "--host-nqn",
      paramLabel = "NQN",
      description = "Who to connect as, where the volume has a host list.")
  private @Nullable String hostNqn;

  /// What is printed; latencies in microseconds.
  record Summary(
      String volume,
      double operationsPerSecond,
      double bytesPerSecond,
      double meanUs,
      double p50Us,
      double p99Us,
      double p999Us,
      double maxUs,
      long operations) {}

  @Override
  public void run() {
    check();
    VolumeInfo info = node.call(client -> client.volume(volume));
    List<String> addresses = info.exports().nvmeAddresses();
    if (addresses.isEmpty()) {
      throw failure("The volume is not served over NVMe/TCP: set nvme.enabled on its node.");
    }
    try {
      print(measure(info, addresses.getFirst()));
    } catch (IOException e) {
      throw failure(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void check() {
    require(blockBytes >= 512 && blockBytes <= BLOCK_BYTES_MAX, "--block-size is 512 to 1MiB.");
    require(depth >= 1 && depth <= DEPTH_MAX, "--depth is 1 to 128.");
    require(seconds >= 1 && seconds <= SECONDS_MAX, "--seconds is 1 to 3600.");
    require(rate >= 0, "--rate is not negative.");
    require(writePercent >= 0 && writePercent <= 100, "--write-percent is 0 to 100.");
    require(
        writePercent == 0 || overwrite,
        "Writes destroy what the volume holds: add --overwrite if that is meant.");
  }

  private static void require(boolean fact, String sentence) {
    if (!fact) {
      throw new CommandFailure("invalid-argument", sentence, ExitCode.USAGE);
    }
  }

  private LoadResult measure(VolumeInfo info, String address) throws IOException {
    require(
        blockBytes % info.logicalBlockBytes() == 0 && info.sizeBytes() >= blockBytes,
        "--block-size must be whole blocks of the volume, which are "
            + info.logicalBlockBytes()
            + " bytes long.");
    try (NvmeInitiator host = NvmeInitiator.connect(options(info, address))) {
      NvmeNamespace namespace = host.openNamespace(NAMESPACE, depth);
      LoadShape shape =
          new LoadShape(
              pattern,
              100 - writePercent,
              (int) blockBytes,
              depth,
              rate,
              info.sizeBytes(),
              100,
              System.nanoTime());
      return new LoadRun(host, namespace, shape)
          .run(Duration.ofSeconds(1), Duration.ofSeconds(seconds), idling);
    }
  }

  private InitiatorOptions options(VolumeInfo info, String address) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replace("[", "").replace("]", "");
    InetSocketAddress at =
        new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
    InitiatorOptions options =
        InitiatorOptions.to(at, info.exports().nvmeSubsystem(), UUID.randomUUID());
    return hostNqn == null ? options : options.withHostNqn(hostNqn);
  }

  private void print(LoadResult result) {
    var all = result.all();
    Summary summary =
        new Summary(
            volume,
            result.operationsPerSecond(),
            result.bytesPerSecond(),
            all.getMean() / 1e3,
            all.getValueAtPercentile(50) / 1e3,
            all.getValueAtPercentile(99) / 1e3,
            all.getValueAtPercentile(99.9) / 1e3,
            all.getMaxValue() / 1e3,
            result.operations());
    output
        .printer()
        .print(
            summary,
            out ->
                new Fields()
                    .add("Volume", summary.volume)
                    .add("Operations/s", "%,.0f".formatted(summary.operationsPerSecond))
                    .add("Throughput", "%,.1f MiB/s".formatted(summary.bytesPerSecond / (1 << 20)))
                    .add("Mean", "%,.1f µs".formatted(summary.meanUs))
                    .add("p50", "%,.1f µs".formatted(summary.p50Us))
                    .add("p99", "%,.1f µs".formatted(summary.p99Us))
                    .add("p99.9", "%,.1f µs".formatted(summary.p999Us))
                    .add("Max", "%,.1f µs".formatted(summary.maxUs))
                    .print(out));
  }

  private static CommandFailure failure(String sentence) {
    return new CommandFailure("bench-failed", sentence, ExitCode.FAILED);
  }
}
