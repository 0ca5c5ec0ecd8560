package io.ashlar.cli;

import io.ashlar.control.ControlException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs one command line: parses, executes, and turns every failure into one line on standard error
/// and an exit code.
public final class CommandRunner {
  private final CommandLine commands;

  /// @param out where results go
  /// @param err where errors and progress go
  public CommandRunner(PrintWriter out, PrintWriter err) {
    commands =
        new CommandLine(new AshlarCommand())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler(CommandRunner::onUsage)
            .setExecutionExceptionHandler(CommandRunner::onFailure);
  }

  /// Adds a command of the module above.
  public CommandRunner add(Object command) {
    CommandLine added = new CommandLine(command);
    commands.addSubcommand(added);
    added.setOut(commands.getOut()).setErr(commands.getErr());
    added.setCaseInsensitiveEnumValuesAllowed(true);
    added.setUsageHelpAutoWidth(true);
    added.setParameterExceptionHandler(CommandRunner::onUsage);
    added.setExecutionExceptionHandler(CommandRunner::onFailure);
    return this;
  }

  /// @return the exit code, see [ExitCode]
  public int run(String... arguments) {
    return commands.execute(arguments);
  }

  private static int onUsage(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("error[usage]: " + wrong.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  private static int onFailure(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    return switch (failure) {
      case ControlException refused -> {
        err.println("error[" + refused.problem().code() + "]: " + refused.problem().detail());
        yield ExitCode.of(refused.code());
      }
      case CommandFailure named -> {
        err.println("error[" + named.code() + "]: " + named.getMessage());
        yield named.exitCode();
      }
      default -> {
        err.println("error[internal]: a defect of Ashlar, please report it with what follows.");
        failure.printStackTrace(err);
        yield ExitCode.FAILED;
      }
    };
  }
}
