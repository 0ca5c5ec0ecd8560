package io.ashlar.daemon.inspect;

import io.ashlar.cli.CommandFailure;
import io.ashlar.cli.ExitCode;
import io.ashlar.cli.OutputOption;
import io.ashlar.cli.SizeConverter;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.DeviceAudit;
import io.ashlar.core.offline.PoolOverview;
import io.ashlar.core.offline.SegmentListing;
import io.ashlar.daemon.offline.OfflineDevice;
import io.ashlar.daemon.offline.OfflineException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ashlar inspect`. Ends with 0 if what was looked at is sound and 1 if it is not.
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Explain a pool file or device without a node; nothing is ever written to it.",
      "Without options: its superblocks, checkpoint, log, volumes and segments."
    },
    footer = {"", "Ends with 0 if what was looked at is sound, with 1 if it is not."})
public final class InspectCommand implements Callable<Integer> {
  private static final int DUMP_BYTES_MAX = 1 << 20;
  private static final String DUMP_BYTES_DEFAULT = "512";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "DEVICE", description = "Block device or pool file.")
  private Path path = Path.of("");

  @Option(
      names = "--segment",
      paramLabel = "N",
      description = "List the segment's groups and records; with --offset, a place in it.")
  private @Nullable Integer segment;

  @Option(
      names = "--offset",
      paramLabel = "BYTES",
      converter = SizeConverter.class,
      description =
          "Dump what lies there, each field with its meaning: a superblock (0, 4096), a group, or"
              + " bytes. Counts from the device's start, or the segment's.")
  private @Nullable Long offset;

  @Option(
      names = "--dump",
      paramLabel = "BYTES",
      converter = SizeConverter.class,
      defaultValue = DUMP_BYTES_DEFAULT,
      description =
          "How many bytes to dump where no structure is known. Default: ${DEFAULT-VALUE}.")
  private long dumpBytes;

  @Option(
      names = "--verify",
      description = "Read everything and check every checksum; name each damage with its place.")
  private boolean verify;

  @Override
  public Integer call() {
    if (verify && (segment != null || offset != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--verify reads all of the device: leave --segment and --offset out.");
    }
    if (dumpBytes < 1 || dumpBytes > DUMP_BYTES_MAX) {
      throw new ParameterException(spec.commandLine(), "--dump takes 1 to 1MiB.");
    }
    try (OfflineDevice device = OfflineDevice.open(path)) {
      return inspect(device);
    } catch (OfflineException e) {
      throw refusal(String.valueOf(e.getMessage()));
    }
  }

  private int inspect(OfflineDevice file) throws OfflineException {
    PolledDevice device = new PolledDevice(file);
    Superblocks found = Superblocks.read(device);
    if (offset != null) {
      return dump(device, found.root(), offset);
    }
    Superblock root = found.root();
    if (root == null) {
      throw refusal(found);
    }
    long end = root.geometry().segmentOffset(root.geometry().segments());
    if (file.geometry().sizeBytes() < end) {
      throw refusal(
          "%s is shorter than when it was formatted: %d bytes of %d are there. 'ashlar salvage' copies what is readable."
              .formatted(path, file.geometry().sizeBytes(), end));
    }
    if (segment != null) {
      return list(device, root, segment);
    }
    return verify ? verify(file, device, root) : overview(file, device, found, root);
  }

  private int overview(
      OfflineDevice file, PolledDevice device, Superblocks found, Superblock root) {
    PoolReport report =
        PoolReport.of(file.name(), file.isInUse(), found, new PoolOverview(device, root));
    output.printer().print(report, new PoolText(report, Instant.now())::print);
    return report.complaints().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private int list(PolledDevice device, Superblock root, int number) throws OfflineException {
    LaneGeometry geometry = root.geometry();
    requireSegment(geometry, number);
    SegmentReport report =
        SegmentReport.of(
            number,
            geometry.segmentOffset(number),
            geometry.segmentBytes(),
            SegmentListing.of(device, root, number));
    output.printer().print(report, report::print);
    return report.damages().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void requireSegment(LaneGeometry geometry, int number) throws OfflineException {
    if (number < 0 || number >= geometry.segments()) {
      throw new OfflineException(
          "%s has segments 0 to %d.".formatted(path, geometry.segments() - 1));
    }
  }

  private int dump(PolledDevice device, @Nullable Superblock root, long at)
      throws OfflineException {
    long from = at;
    if (segment != null) {
      if (root == null) {
        throw new OfflineException(
            "Without a superblock nobody knows where segments are: leave --segment out.");
      }
      requireSegment(root.geometry(), segment);
      from += root.geometry().segmentOffset(segment);
    }
    DumpReport report = new Dumps(device, root).at(from, (int) dumpBytes);
    output.printer().print(report, report::print);
    return ExitCode.OK;
  }

  private int verify(OfflineDevice file, PolledDevice device, Superblock root)
      throws OfflineException {
    if (file.isInUse()) {
      throw new OfflineException(
          path
              + " is open in another process, likely a node: what is being written would look damaged. Stop the node first.");
    }
    DeviceAudit audit = new DeviceAudit(device, root);
    try {
      audit.run();
    } catch (UnsupportedFormatException e) {
      throw new OfflineException(String.valueOf(e.getMessage()), e);
    }
    VerifyReport report = VerifyReport.of(file.name(), file.geometry().sizeBytes(), audit);
    output.printer().print(report, report::print);
    return report.sound() ? ExitCode.OK : ExitCode.FAILED;
  }

  private CommandFailure refusal(Superblocks found) {
    if (found.isNoPool()) {
      return refusal(
          path + " holds no Ashlar pool. If it held one, 'ashlar salvage' looks for it.");
    }
    StringBuilder sentence = new StringBuilder("no superblock of " + path + " can be believed: ");
    found.slots().forEach(slot -> sentence.append(slot.state()).append("; "));
    return refusal(sentence + "'ashlar salvage' copies what is readable.");
  }

  private static CommandFailure refusal(String sentence) {
    return new CommandFailure("inspect-refused", sentence, ExitCode.FAILED);
  }
}
