package io.ashlar.nvme.posix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Loads the native library out of the jar, once.
///
/// It is copied to a directory that only this user may enter, loaded, and removed from there at
/// once: the mapping lives on, and nobody can swap the file or finds it left behind.
public final class NativeLibrary {
  private static final String FILE = "libashlar_uring.so";
  private static final @Nullable String PROBLEM = load();

  private NativeLibrary() {}

  /// Why the native library is not there, as a sentence; null if it is loaded.
  public static @Nullable String problem() {
    return PROBLEM;
  }

  /// For the classes with natives: fails as the JVM itself does where a library is missing.
  public static void require() {
    if (PROBLEM != null) {
      throw new UnsatisfiedLinkError(PROBLEM);
    }
  }

  /// Where the jar keeps the library for this machine.
  static String resource() {
    String os = System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "unknown");
    return "/native/" + os + "-" + ("amd64".equals(arch) ? "x86_64" : arch) + "/" + FILE;
  }

  private static @Nullable String load() {
    String resource = resource();
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        return "This build holds no native library for this machine (" + resource + ").";
      }
      Path directory = Files.createTempDirectory("ashlar-native-");
      Path copy = directory.resolve(FILE);
      try {
        Files.copy(library, copy);
        System.load(copy.toString());
      } finally {
        Files.deleteIfExists(copy);
        Files.delete(directory);
      }
      return null;
    } catch (IOException | UnsatisfiedLinkError e) {
      return "The native library could not be loaded from the temporary directory ("
          + e.getMessage()
          + "); if it is mounted noexec, give another with -Djava.io.tmpdir.";
    }
  }
}
