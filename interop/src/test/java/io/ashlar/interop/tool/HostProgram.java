package io.ashlar.interop.tool;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs programs of this machine.
public final class HostProgram {
  private HostProgram() {}

  /// How a program ended.
  ///
  /// @param exit its exit code, or -1 if it was stopped because its time was up
  /// @param output what it printed, errors among it
  public record Ended(int exit, String output) {}

  /// Skips the test, with a reason, unless all programs are installed.
  public static void require(String... programs) {
    for (String program : programs) {
      assumeTrue(isInstalled(program), program + " is not installed (tools/install-test-tools.sh)");
    }
  }

  private static boolean isInstalled(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    for (String directory : path.split(":", -1)) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  /// Runs a program to its end, at most for `limit`.
  public static Ended run(Duration limit, List<String> command) throws Exception {
    File output = File.createTempFile("ashlar-interop-", ".out");
    try {
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      process.getOutputStream().close();
      boolean hasEnded = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!hasEnded) {
        process.destroyForcibly().waitFor();
      }
      return new Ended(hasEnded ? process.exitValue() : -1, Files.readString(output.toPath()));
    } finally {
      Files.delete(output.toPath());
    }
  }

  /// As [#run], and the program must succeed.
  public static String check(Duration limit, String... command) throws Exception {
    Ended ended = run(limit, List.of(command));
    if (ended.exit != 0) {
      throw new IOException(
          String.join(" ", command) + " ended with " + ended.exit + ":\n" + ended.output);
    }
    return ended.output;
  }
}
