package io.ashlar.daemon.salvage;

import io.ashlar.cli.CommandFailure;
import io.ashlar.cli.ExitCode;
import io.ashlar.cli.OutputFormat;
import io.ashlar.cli.OutputOption;
import io.ashlar.cli.Printer;
import io.ashlar.cli.SizeConverter;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.offline.Salvage;
import io.ashlar.core.offline.SalvageRoot;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.daemon.offline.OfflineDevice;
import io.ashlar.daemon.offline.OfflineException;
import io.ashlar.daemon.secret.KekFile;
import io.ashlar.daemon.secret.SecretFileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ashlar salvage`. Ends with 0 if everything came along and 1 if something did not.
@Command(
    name = "salvage",
    mixinStandardHelpOptions = true,
    description = {
      "Copy the volumes that are readable off a damaged pool file or device, each as a sparse raw"
          + " image; nothing is ever written to the device.",
      "Works without superblocks, without a checkpoint and with a broken log. The list of what"
          + " could not be read is salvage.json beside the images."
    },
    footer = {"", "Ends with 0 if everything came along, with 1 if something did not."})
public final class SalvageCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "DEVICE", description = "Block device or pool file.")
  private Path path = Path.of("");

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Where the images go: a directory that is empty or is made.")
  private Path directory = Path.of("");

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "The node's key file ('kek' in its data directory), for encrypted volumes. Without it"
              + " they are left out.")
  private @Nullable Path keyFile;

  @Option(
      names = "--segment-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "The segments' size, where both superblocks are lost and it cannot be told by the groups.")
  private @Nullable Long segmentBytes;

  @Override
  public Integer call() {
    try (OfflineDevice device = OfflineDevice.open(path);
        LocalKeyProvider keys = keys()) {
      return salvage(device, keys);
    } catch (OfflineException | SecretFileException | UnsupportedFormatException e) {
      throw refusal(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException failed) {
      throw refusal(failed.getMessage() + ": " + reason(failed) + ". Make room, and salvage anew.");
    }
  }

  private static String reason(UncheckedIOException failed) {
    IOException cause = failed.getCause();
    return cause == null ? "no reason is known" : String.valueOf(cause.getMessage());
  }

  private @Nullable LocalKeyProvider keys() throws SecretFileException {
    return keyFile == null ? null : new KekFile(keyFile).open();
  }

  private int salvage(OfflineDevice file, @Nullable LocalKeyProvider keys)
      throws OfflineException, UnsupportedFormatException {
    if (file.isInUse()) {
      throw new OfflineException(
          path + " is open in another process, likely a node: stop it first.");
    }
    int wanted = segmentBytes == null ? 0 : segmentBytes(segmentBytes);
    PolledDevice device = new PolledDevice(file);
    SalvageRoot root = SalvageRoot.find(device, wanted);
    if (root == null) {
      throw new OfflineException("Nothing on " + path + " looks like an Ashlar pool.");
    }
    prepareDirectory();
    long memory = Runtime.getRuntime().maxMemory() / 2;
    SalvageSummary summary;
    try (ImageFiles images = new ImageFiles(directory, this::say)) {
      summary =
          SalvageSummary.of(
              file.name(), new Salvage(device, root, keys, images, memory).run(), images);
    }
    write(summary);
    output.printer().print(summary, summary::print);
    return summary.complete() ? ExitCode.OK : ExitCode.FAILED;
  }

  private int segmentBytes(long bytes) throws OfflineException {
    if (bytes < MIB || bytes > 1024 * MIB || bytes % MIB != 0) {
      throw new OfflineException("--segment-size takes whole MiB, 1MiB to 1GiB.");
    }
    return (int) bytes;
  }

  private void prepareDirectory() throws OfflineException {
    try {
      if (!Files.exists(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new OfflineException(directory + " is not empty: name another directory.");
        }
      }
    } catch (IOException e) {
      throw new OfflineException(directory + " cannot be used: " + e.getMessage() + ".", e);
    }
  }

  private void say(String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(sentence + " …");
    err.flush();
  }

  private void write(SalvageSummary summary) {
    Path list = directory.resolve("salvage.json");
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(list))) {
      new Printer(OutputFormat.JSON, out).print(summary, ignored -> {});
    } catch (IOException e) {
      throw new UncheckedIOException("Writing " + list + " failed", e);
    }
  }

  private static CommandFailure refusal(String sentence) {
    return new CommandFailure("salvage-refused", sentence, ExitCode.FAILED);
  }
}
