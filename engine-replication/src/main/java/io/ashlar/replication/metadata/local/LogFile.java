package io.ashlar.replication.metadata.local;

import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One `metadata-<version>.log`, open for appending. Its mode is 0600: it names secrets and hosts.
final class LogFile {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  private final Path path;
  private final FileChannel channel;
  private final long snapshotBytes;
  private long endBytes;

  private LogFile(Path path, FileChannel channel, long snapshotBytes, long endBytes) {
    this.path = path;
    this.channel = channel;
    this.snapshotBytes = snapshotBytes;
    this.endBytes = endBytes;
  }

  /// Makes the file that begins with this state; it is durable under its name on return.
  static LogFile create(Path directory, ClusterState state) throws IOException {
    Path path = directory.resolve("metadata-%016d.log".formatted(state.version()));
    Path aside = directory.resolve(path.getFileName() + ".new");
    Files.deleteIfExists(aside);
    FileChannel channel =
        FileChannel.open(
            aside, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
    try {
      ByteBuffer snapshot =
          LogRecord.encode(LogRecord.SNAPSHOT, state.version(), MetadataCodec.encode(state));
      LogFile file = new LogFile(path, channel, snapshot.remaining(), 0);
      file.append(snapshot);
      Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
      sync(directory);
      return file;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Goes on with a file of which the first `provedBytes` bytes are kept.
  static LogFile reopen(Path path, long snapshotBytes, long provedBytes) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
    if (channel.size() > provedBytes) {
      channel.truncate(provedBytes);
      channel.force(true);
    }
    return new LogFile(path, channel, snapshotBytes, provedBytes);
  }

  /// Appends a record, durably.
  void append(ByteBuffer record) throws IOException {
    while (record.hasRemaining()) {
      endBytes += channel.write(record, endBytes);
    }
    channel.force(true);
  }

  /// How many bytes the commands after the snapshot take.
  long commandBytes() {
    return endBytes - snapshotBytes;
  }

  long snapshotBytes() {
    return snapshotBytes;
  }

  Path path() {
    return path;
  }

  void close() throws IOException {
    channel.close();
  }

  /// Makes names in a directory durable; the root has none above it.
  static void sync(@Nullable Path directory) throws IOException {
    if (directory == null) {
      return;
    }
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
