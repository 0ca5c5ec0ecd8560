package io.ashlar.cli;

import io.ashlar.control.VolumeInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ashlar host …`.
@Command(
    name = "host",
    mixinStandardHelpOptions = true,
    description = "Which hosts may connect to a volume.",
    subcommands = {HostCommand.Allow.class, HostCommand.Revoke.class})
final class HostCommand extends NounCommand {
  /// What both verbs take.
  static final class Subject {
    @Mixin final NodeOption node = new NodeOption();
    @Mixin final OutputOption output = new OutputOption();

    @Parameters(index = "0", paramLabel = "VOLUME", description = "Name or id.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    String volume;

    @Parameters(
        index = "1",
        paramLabel = "HOST",
        description = "The host's NQN (nqn.…) or IQN (iqn.…).")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    String host;

    void print(VolumeInfo info) {
      output.printer().print(info, out -> VolumeText.details(info, out));
    }
  }

  /// `ashlar host allow`.
  @Command(
      name = "allow",
      mixinStandardHelpOptions = true,
      description = "Put a host on a volume's list. A volume with a list admits no other host.")
  static final class Allow implements Runnable {
    @Mixin private final Subject subject = new Subject();

    @Override
    public void run() {
      subject.print(subject.node.call(client -> client.allowHost(subject.volume, subject.host)));
    }
  }

  /// `ashlar host revoke`.
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Take a host off a volume's list; its connections end.")
  static final class Revoke implements Runnable {
    @Mixin private final Subject subject = new Subject();

    @Override
    public void run() {
      subject.print(subject.node.call(client -> client.revokeHost(subject.volume, subject.host)));
    }
  }
}
