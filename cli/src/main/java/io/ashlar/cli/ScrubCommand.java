package io.ashlar.cli;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ScrubInfo;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ashlar pool scrub …`.
@Command(
    name = "scrub",
    mixinStandardHelpOptions = true,
    description = "The reading of all stored data, to find damage early.",
    subcommands = {ScrubCommand.Start.class, ScrubCommand.Stop.class, ScrubCommand.Status.class})
final class ScrubCommand extends NounCommand {
  /// What the verbs have in common: each answers with how the scrub stands.
  abstract static class Verb implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();
    private final Function<ControlClient, ScrubInfo> request;

    Verb(Function<ControlClient, ScrubInfo> request) {
      this.request = request;
    }

    @Override
    public void run() {
      ScrubInfo scrub = node.call(request);
      output.printer().print(scrub, out -> ScrubText.details(scrub, out));
    }
  }

  /// `ashlar pool scrub start`.
  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = {
        "Read and check everything now, or make the slow pass under way fast.",
        "Goes on where a stopped pass was; hosts go first."
      })
  static final class Start extends Verb {
    Start() {
      super(ControlClient::startScrub);
    }
  }

  /// `ashlar pool scrub stop`.
  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "End the pass under way; the next one goes on where it was.")
  static final class Stop extends Verb {
    Stop() {
      super(ControlClient::stopScrub);
    }
  }

  /// `ashlar pool scrub status`.
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show how far the pass is, when the last one ended and what was found.")
  static final class Status extends Verb {
    Status() {
      super(ControlClient::scrub);
    }
  }
}
