package io.ashlar.interop.guest;

import io.ashlar.interop.tool.HostProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// An ext4 image with this JVM and what it needs to run tests of this build in a guest:
///
/// ```
/// java/      the JVM: bin, lib, conf
/// so/        the system libraries that it loads
/// classes/   directories and jars
/// ```
final class TestDisk {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Pattern WANTED =
      Pattern.compile(
          "engine-core|engine-nvme-jni|interop/target|junit|assertj|agrona|jspecify|opentest4j"
              + "|apiguardian|byte-buddy");
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+\\.so\\S*)");

  private TestDisk() {}

  /// Makes the image.
  ///
  /// @param directory for the image and what goes into it
  static Path make(Path directory) throws Exception {
    HostProgram.require("mke2fs", "ldd");
    Path root = Files.createDirectory(directory.resolve("test-disk"));
    copyJvm(Path.of(System.getProperty("java.home")), Files.createDirectory(root.resolve("java")));
    copyLibraries(Files.createDirectory(root.resolve("so")));
    copyClasses(Files.createDirectory(root.resolve("classes")));
    Path image = directory.resolve("test-disk.img");
    HostProgram.check(
        LIMIT, "mke2fs", "-q", "-t", "ext4", "-d", root.toString(), image.toString(), "600M");
    return image;
  }

  private static void copyJvm(Path from, Path to) throws IOException {
    for (String part : List.of("bin", "lib", "conf")) {
      copyTree(from.resolve(part), to.resolve(part));
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        // What the JVM does not need to run, and is large.
        if (!each.toString()
            .matches(".*(src\\.zip|ct\\.sym|\\.debuginfo|-(nocoops|coh).*\\.jsa)")) {
          Files.copy(each, to.resolve(from.relativize(each).toString()));
        }
      }
    }
  }

  private static void copyLibraries(Path to) throws Exception {
    String home = System.getProperty("java.home");
    String told =
        HostProgram.check(LIMIT, "ldd", home + "/bin/java", home + "/lib/server/libjvm.so");
    Matcher libraries = LIBRARY.matcher(told);
    while (libraries.find()) {
      Path library = Path.of(libraries.group(1));
      Path copy = to.resolve(library.getFileName());
      if (!library.startsWith(home) && Files.exists(library) && !Files.exists(copy)) {
        Files.copy(library, copy);
      }
    }
  }

  private static void copyClasses(Path to) throws IOException {
    // The test runner hides the class path in a jar's manifest, and tells it here.
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int number = 0;
    for (String entry : path.split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      if (!WANTED.matcher(entry).find() || !Files.exists(from)) {
        continue;
      }
      Path copy = to.resolve(number++ + "-" + from.getFileName());
      if (Files.isDirectory(from)) {
        copyTree(from, copy);
      } else {
        Files.copy(from, copy);
      }
    }
  }
}
