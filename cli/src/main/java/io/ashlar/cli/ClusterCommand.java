package io.ashlar.cli;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.JoinTokenInfo;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.TimeSpan;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `ashlar cluster …`.
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = "The cluster: nodes that agree on what they hold.",
    subcommands = {
      ClusterCommand.Init.class,
      ClusterCommand.Join.class,
      ClusterCommand.Status.class,
      ClusterCommand.Token.class
    })
final class ClusterCommand extends NounCommand {
  private static final long RESTART_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /// What a command that has the node start again takes, and how it waits for that.
  static final class Restart {
    @Mixin final NodeOption node = new NodeOption();
    @Mixin final OutputOption output = new OutputOption();

    void awaitAndPrint() {
      long untilNs = System.nanoTime() + RESTART_NS;
      ClusterInfo info = look();
      while (info == null && System.nanoTime() - untilNs < 0) {
        LockSupport.parkNanos(POLL_NS);
        info = look();
      }
      if (info == null) {
        throw new CommandFailure(
            "not-ready",
            "The node did not start again as one of the cluster within %d s: its log says what it waits for, or why it cannot."
                .formatted(TimeUnit.NANOSECONDS.toSeconds(RESTART_NS)),
            ExitCode.UNAVAILABLE);
      }
      ClusterInfo found = info;
      output.printer().print(found, out -> ClusterText.status(found, out));
    }

    /// Null while the node does not answer, or answers as it was.
    private @Nullable ClusterInfo look() {
      try {
        ClusterInfo info = node.call(ControlClient::cluster);
        return info.state().equals(ClusterInfo.MEMBER) ? info : null;
      } catch (ControlException absent) {
        if (absent.code() == ProblemCode.NODE_UNREACHABLE
            || absent.code() == ProblemCode.NOT_READY
            || absent.code() == ProblemCode.INTERNAL) {
          return null;
        }
        throw absent;
      }
    }
  }

  /// `ashlar cluster init`.
  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description =
          "Make this node the first of a cluster. Its volumes stay; hosts reconnect as it starts"
              + " again in its process.")
  static final class Init implements Runnable {
    @Mixin private final Restart restart = new Restart();

    @Override
    public void run() {
      var _ =
          restart.node.call(client -> {
            client.initCluster();
            return true;
          });
      restart.awaitAndPrint();
    }
  }

  /// `ashlar cluster join`.
  @Command(
      name = "join",
      mixinStandardHelpOptions = true,
      description = {
        "Let this node, which has no volumes, join the cluster that made a token.",
        "A token is a secret, and arguments are seen by every process of the machine: give it on"
            + " standard input ('-'), or name a file."
      })
  static final class Join implements Runnable {
    private static final String STANDARD_INPUT = "-";
    private static final String PREFIX = "ashlar-join-";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin private final Restart restart = new Restart();

    @Parameters(
        index = "0",
        paramLabel = "-|FILE|TOKEN",
        arity = "0..1",
        defaultValue = STANDARD_INPUT,
        description = "'-' reads the token from standard input, which is the default.")
    private String from = STANDARD_INPUT;

    @Override
    public void run() {
      String token = token();
      var _ =
          restart.node.call(client -> {
            client.joinCluster(token);
            return true;
          });
      restart.awaitAndPrint();
    }

    private String token() {
      if (from.startsWith(PREFIX)) {
        spec.commandLine()
            .getErr()
            .println(
                "warning: the token was an argument, which other processes see; '-' reads it from"
                    + " standard input.");
        return from;
      }
      try {
        return from.equals(STANDARD_INPUT) ? readLine() : Files.readString(Path.of(from)).strip();
      } catch (IOException unreadable) {
        throw new CommandFailure(
            "invalid-argument",
            "'%s' is neither a token nor a file with one that can be read.".formatted(from),
            ExitCode.USAGE);
      }
    }

    @SuppressWarnings("SystemConsoleNull") // NullAway cannot know that newer JDKs give one always
    private static boolean isTerminal() {
      Console console = System.console();
      return console != null && console.isTerminal();
    }

    private String readLine() throws IOException {
      if (isTerminal()) {
        spec.commandLine().getErr().print("Token: ");
        spec.commandLine().getErr().flush();
      }
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = in.readLine();
      return line == null ? "" : line.strip();
    }
  }

  /// `ashlar cluster status`.
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show the nodes, who leads, the pools, and what is the matter.")
  static final class Status implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      ClusterInfo info = node.call(ControlClient::cluster);
      output.printer().print(info, out -> ClusterText.status(info, out));
    }
  }

  /// `ashlar cluster token …`.
  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = "Tokens that let nodes join.",
      subcommands = Token.Create.class)
  static final class Token extends NounCommand {
    /// `ashlar cluster token create`.
    @Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description =
            "Print a token that lets one node join, once. It is a secret: pipe it to 'ashlar cluster"
                + " join' on the other node.")
    static final class Create implements Runnable {
      @Mixin private final NodeOption node = new NodeOption();
      @Mixin private final OutputOption output = new OutputOption();

      @Option(
          names = "--ttl",
          paramLabel = "TIME",
          defaultValue = "1h",
          description = "For how long it is good, such as 30m or 2d. Default: ${DEFAULT-VALUE}.")
      private String ttl = "1h";

      @Override
      public void run() {
        long seconds;
        try {
          seconds = TimeSpan.parseSeconds(ttl);
        } catch (IllegalArgumentException none) {
          throw new CommandFailure(
              "invalid-argument", "'" + ttl + "' is no time, such as 30m or 2d.", ExitCode.USAGE);
        }
        JoinTokenInfo given = node.call(client -> client.giveToken(seconds));
        output
            .printer()
            .print(
                Map.of("token", given.token(), "expires", given.expires()),
                out -> out.println(given.token()));
      }
    }
  }

  /// The node of a name or number.
  static ClusterNode find(ClusterInfo info, String nameOrNumber) {
    for (ClusterNode each : info.nodes()) {
      if (each.name().equals(nameOrNumber)
          || String.valueOf(each.number()).equals(nameOrNumber)
          || each.id().equals(nameOrNumber)) {
        return each;
      }
    }
    throw new CommandFailure(
        "node-not-found",
        "There is no node '" + nameOrNumber + "': see 'ashlar node list'.",
        ExitCode.NOT_FOUND);
  }
}
