package io.ashlar.daemon.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// The daemon's directory, held by this process alone for as long as it is open.
///
/// ```
/// lock        held while a daemon runs
/// api.token   the management API's token, 0600
/// api.sock    the management API's socket for the owner, 0600, while a daemon runs
/// kek         the key encryption key, 0600
/// metadata/   the volumes' names, hosts, limits and wrapped keys
/// pool.img    the pool, unless it is a disk
/// cluster/    what the node is in its cluster, and the metadata in place of metadata/
/// node.id     the identity under which the node asked to join, 0600
/// ```
final class DataDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /// Opens the directory, having made it for its owner only if it is absent.
  static DataDirectory open(Path path) throws StartException {
    try {
      if (!Files.exists(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      FileChannel lockFile =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock(lockFile) == null) {
        lockFile.close();
        throw new StartException(
            "data-directory-in-use",
            "The data directory "
                + path.toAbsolutePath()
                + " is in use by another daemon: stop that one, or choose another directory with"
                + " --data.");
      }
      return new DataDirectory(path, lockFile);
    } catch (IOException failure) {
      throw new StartException(
          "data-directory",
          "The data directory "
              + path.toAbsolutePath()
              + " cannot be used ("
              + failure.getClass().getSimpleName()
              + "): check its owner and its file system.",
          failure);
    }
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  Path tokenFile() {
    return path.resolve("api.token");
  }

  Path socket() {
    return path.resolve("api.sock");
  }

  Path metadata() {
    return path.resolve("metadata");
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException releasedAnyway) {
      // the process's end releases the lock
    }
  }
}
