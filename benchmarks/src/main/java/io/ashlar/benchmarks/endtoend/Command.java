package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs a program of this machine on a named core.
final class Command {
  /// The target's core, and `fio`'s.
  static final int TARGET_CORE = 0;

  /// The client's core.
  static final int CLIENT_CORE = 1;

  private Command() {}

  /// The command line that pins `arguments` to `core`.
  static List<String> pinned(int core, List<String> arguments) {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    pinned.addAll(arguments);
    return pinned;
  }

  /// Runs to the end and returns what the program printed.
  ///
  /// @throws IOException if it cannot be started or ends badly
  static String run(int core, List<String> arguments) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(pinned(core, arguments)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException(
          "'" + String.join(" ", arguments) + "' ended with " + exit + ":\n" + output);
    }
    return output;
  }

  /// Whether a program is installed.
  static boolean isInstalled(String program) {
    String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
    for (String each : path.split(":", -1)) {
      if (Files.isExecutable(Path.of(each, program))) {
        return true;
      }
    }
    return false;
  }
}
