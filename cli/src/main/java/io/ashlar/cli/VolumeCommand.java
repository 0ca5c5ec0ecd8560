package io.ashlar.cli;

import io.ashlar.control.ControlClient;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ashlar volume …`.
@Command(
    name = "volume",
    aliases = "vol",
    mixinStandardHelpOptions = true,
    description = "Volumes.",
    subcommands = {
      VolumeCommand.Create.class,
      VolumeCommand.ListAll.class,
      VolumeCommand.Show.class,
      VolumeCommand.Resize.class,
      VolumeCommand.Delete.class
    })
final class VolumeCommand extends NounCommand {
  /// What every verb on one volume takes.
  static final class Subject {
    @Mixin final NodeOption node = new NodeOption();
    @Mixin final OutputOption output = new OutputOption();

    @Parameters(index = "0", paramLabel = "VOLUME", description = "Name or id.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    String name;

    void print(VolumeInfo info) {
      output.printer().print(info, out -> VolumeText.details(info, out));
    }
  }

  /// `ashlar volume create`.
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description =
          "Create a thin volume. Doing so again with the same options answers with the same"
              + " volume.")
  static final class Create implements Runnable {
    @Mixin private final Subject subject = new Subject();
    @Mixin private final QosOptions limits = new QosOptions();

    @Option(
        names = "--size",
        required = true,
        paramLabel = "SIZE",
        converter = SizeConverter.class,
        description = "Capacity as hosts see it, such as 20GiB; a multiple of 4KiB.")
    private long sizeBytes;

    @Option(
        names = "--block-size",
        paramLabel = "BYTES",
        defaultValue = "4096",
        description = "Logical block: 4096 or 512. Default: ${DEFAULT-VALUE}.")
    private int logicalBlockBytes;

    @Option(
        names = "--replicas",
        paramLabel = "COUNT",
        defaultValue = "1",
        description = "On how many nodes it lives. This version knows 1.")
    private int replicas = 1;

    @Option(names = "--no-encryption", description = "Store blocks in clear.")
    private boolean inClear;

    @Option(names = "--no-compression", description = "Store blocks as they are.")
    private boolean uncompressed;

    @Option(
        names = "--host",
        paramLabel = "NQN|IQN",
        description = "A host that may connect; repeat for more. Without it, any may.")
    private List<String> hosts = List.of();

    @Override
    public void run() {
      if (replicas != 1) {
        throw new CommandFailure(
            "invalid-argument",
            "A volume lives on one node in this version: leave --replicas out.",
            ExitCode.USAGE);
      }
      VolumeSpec spec =
          new VolumeSpec(
              subject.name,
              sizeBytes,
              logicalBlockBytes,
              !inClear,
              !uncompressed,
              limits.over(QosLimits.UNLIMITED),
              hosts);
      subject.print(subject.node.call(client -> client.createVolume(spec)));
    }
  }

  /// `ashlar volume list`.
  @Command(
      name = "list",
      aliases = "ls",
      mixinStandardHelpOptions = true,
      description = "List volumes.")
  static final class ListAll implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      List<VolumeInfo> volumes = node.call(ControlClient::volumes);
      Printer printer = output.printer();
      printer.print(volumes, out -> VolumeText.list(volumes, printer, out));
    }
  }

  /// `ashlar volume show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show a volume and the commands that connect hosts to it.")
  static final class Show implements Runnable {
    @Mixin private final Subject subject = new Subject();

    @Override
    public void run() {
      subject.print(subject.node.call(client -> client.volume(subject.name)));
    }
  }

  /// `ashlar volume resize`.
  @Command(
      name = "resize",
      mixinStandardHelpOptions = true,
      description = "Make a volume larger, online.")
  static final class Resize implements Runnable {
    @Mixin private final Subject subject = new Subject();

    @Option(
        names = "--size",
        required = true,
        paramLabel = "SIZE",
        converter = SizeConverter.class,
        description = "The new capacity, such as 40GiB.")
    private long sizeBytes;

    @Override
    public void run() {
      subject.print(subject.node.call(client -> client.resizeVolume(subject.name, sizeBytes)));
    }
  }

  /// `ashlar volume delete`.
  @Command(
      name = "delete",
      aliases = "rm",
      mixinStandardHelpOptions = true,
      description =
          "Delete a volume and its key. What it held cannot be brought back. Refused while hosts are"
              + " connected.")
  static final class Delete implements Runnable {
    @Mixin private final Subject subject = new Subject();

    @Option(names = "--force", description = "Delete it also while hosts use it; they are cut off.")
    private boolean isForced;

    @Override
    public void run() {
      DeleteMode mode = isForced ? DeleteMode.EVEN_IF_USED : DeleteMode.UNUSED;
      String gone =
          subject.node.call(client -> {
            client.deleteVolume(subject.name, mode);
            return subject.name;
          });
      subject
          .output
          .printer()
          .print(Map.of("deleted", gone), out -> out.println("Deleted " + gone + "."));
    }
  }
}
