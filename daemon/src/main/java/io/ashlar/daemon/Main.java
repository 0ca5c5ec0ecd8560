package io.ashlar.daemon;

import io.ashlar.cli.CommandRunner;
import io.ashlar.daemon.command.ConfigCommand;
import io.ashlar.daemon.command.UpCommand;
import io.ashlar.daemon.demo.DemoCommand;
import io.ashlar.daemon.inspect.InspectCommand;
import io.ashlar.daemon.salvage.SalvageCommand;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// The `ashlar` command with everything in it: the daemon (`ashlar up`) and what talks to one.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    PrintWriter err =
        new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
    int exitCode =
        new CommandRunner(out, err)
            .add(new UpCommand())
            .add(new ConfigCommand())
            .add(new DemoCommand())
            .add(new InspectCommand())
            .add(new SalvageCommand())
            .run(arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }
}
