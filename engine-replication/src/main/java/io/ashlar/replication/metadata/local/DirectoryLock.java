package io.ashlar.replication.metadata.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Keeps a second process, or a second store in this one, out of a directory. The system drops it
/// when the process dies.
final class DirectoryLock {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  static DirectoryLock take(Path directory) throws MetadataLogException {
    Path path = directory.resolve("metadata.lock");
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new MetadataLogException(
            "the metadata in %s is in use by another daemon: stop that one first, or use another directory"
                .formatted(directory));
      }
      return new DirectoryLock(channel);
    } catch (IOException e) {
      throw new MetadataLogException("%s cannot be locked: %s".formatted(path, e), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  void release() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock goes with the process at the latest.
    }
  }
}
