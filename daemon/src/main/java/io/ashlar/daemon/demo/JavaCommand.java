package io.ashlar.daemon.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How this very program is started once more, as a daemon.
final class JavaCommand {
  private JavaCommand() {}

  /// The words before Ashlar's own arguments.
  static List<String> words() {
    String home = System.getProperty("java.home");
    String classes = System.getProperty("java.class.path", "");
    Path program = Path.of(classes.split(java.io.File.pathSeparator, 2)[0]).toAbsolutePath();
    List<String> words = new ArrayList<>();
    words.add(Path.of(home, "bin", "java").toString());
    String options = System.getenv("ASHLAR_OPTIONS");
    Path file =
        options == null ? program.resolveSibling("jvm.options") : Path.of(options).toAbsolutePath();
    if (Files.isReadable(file)) {
      words.add("@" + file);
    }
    if (!program.toString().endsWith(".jar")) {
      words.addAll(List.of("-cp", classes, "io.ashlar.daemon.Main"));
      return words;
    }
    words.addAll(List.of("-jar", program.toString()));
    return words;
  }
}
