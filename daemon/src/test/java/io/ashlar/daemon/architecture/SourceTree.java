package io.ashlar.daemon.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The project's own files.
final class SourceTree {
  /// Tests run in their module's directory.
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private SourceTree() {}

  /// All Java sources of all modules, tests included.
  static List<Path> javaFiles() throws IOException {
    return files("java");
  }

  /// All files of a kind that the project keeps, build output and hidden directories left out.
  static List<Path> files(String extension) throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(each -> each.toString().endsWith("." + extension))
          .filter(each -> isKept(ROOT.relativize(each)))
          .sorted()
          .toList();
    }
  }

  private static boolean isKept(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.equals("src")) {
        // A package may be called target; build output never lies under a module's sources.
        return true;
      }
      if (name.equals("target") || name.equals("node_modules") || name.startsWith(".")) {
        return false;
      }
    }
    return true;
  }
}
