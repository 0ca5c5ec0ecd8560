package io.ashlar.interop.guest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.interop.tool.HostProgram;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the guest boots from; `interop/guest/build.sh` makes it.
///
/// @param kernel the bare kernel
/// @param initramfs its root file system
record GuestFiles(Path kernel, Path initramfs) {
  /// The guest in `$ASHLAR_GUEST`, or where `tools/install-test-tools.sh` puts it. Skips the test
  /// if there is none.
  static GuestFiles require() {
    HostProgram.require("qemu-system-x86_64");
    GuestFiles files = in(directory());
    assumeTrue(
        Files.isRegularFile(files.kernel) && Files.isRegularFile(files.initramfs),
        "there is no Linux guest in " + directory() + " (tools/install-test-tools.sh builds it)");
    return files;
  }

  private static GuestFiles in(Path directory) {
    return new GuestFiles(directory.resolve("vmlinux"), directory.resolve("initramfs.cpio"));
  }

  private static Path directory() {
    String named = System.getenv("ASHLAR_GUEST");
    if (named != null) {
      return Path.of(named);
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    return base.resolve("ashlar").resolve("guest");
  }
}
