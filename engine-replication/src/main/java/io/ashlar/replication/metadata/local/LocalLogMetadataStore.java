package io.ashlar.replication.metadata.local;

import io.ashlar.replication.metadata.Applied;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.ProposalStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/// The metadata of a cluster of one node, in a directory of its own. Any thread may propose; the
/// caller waits for the disk, and completions run before [#propose] returns. After the first error
/// of the disk nothing more is committed until the store is opened again, because what the disk
/// holds is not known any more.
public final class LocalLogMetadataStore implements MetadataStore {
  /// How many bytes of commands are worth a new snapshot, at least; or as many as the snapshot has.
  private static final long COMPACT_BYTES = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Watcher> watchers = new ArrayList<>();
  private final Path directory;
  private final DirectoryLock directoryLock;
  private final long compactBytes;
  private volatile ClusterState state;
  private LogFile file;

  /// Why nothing is committed any more; empty while all is well.
  private String closedBecause = "";

  private LocalLogMetadataStore(
      Path directory,
      DirectoryLock directoryLock,
      long compactBytes,
      ClusterState state,
      LogFile file) {
    this.directory = directory;
    this.directoryLock = directoryLock;
    this.compactBytes = compactBytes;
    this.state = state;
    this.file = file;
  }

  /// Opens the metadata in `directory`, which is made if it is absent. A torn tail is cut.
  ///
  /// @throws MetadataLogException if another process uses it, or it is damaged, or of a newer
  ///   format
  public static LocalLogMetadataStore open(Path directory) throws MetadataLogException {
    return open(directory, COMPACT_BYTES);
  }

  static LocalLogMetadataStore open(Path directory, long compactBytes) throws MetadataLogException {
    try {
      Files.createDirectories(directory);
      LogFile.sync(directory.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new MetadataLogException(
          "the metadata directory %s cannot be made: %s".formatted(directory, e), e);
    }
    DirectoryLock held = DirectoryLock.take(directory);
    try {
      return openLocked(directory, held, compactBytes);
    } catch (IOException e) {
      held.release();
      throw new MetadataLogException(
          "the metadata in %s cannot be read: %s".formatted(directory, e), e);
    } catch (MetadataLogException e) {
      held.release();
      throw e;
    }
  }

  private static LocalLogMetadataStore openLocked(
      Path directory, DirectoryLock held, long compactBytes)
      throws IOException, MetadataLogException {
    List<Path> logs = logsOf(directory);
    if (logs.isEmpty()) {
      LogFile file = LogFile.create(directory, ClusterState.EMPTY);
      return new LocalLogMetadataStore(directory, held, compactBytes, ClusterState.EMPTY, file);
    }
    Path newest = logs.getLast();
    LogScan scan;
    try {
      scan = LogScan.of(new UnsafeBuffer(Files.readAllBytes(newest)));
    } catch (MalformedMetadataException e) {
      throw new MetadataLogException(
          "the metadata log %s is damaged: %s; put back a copy of the file, do not delete it"
              .formatted(newest, e.getMessage()),
          e);
    }
    LogFile file = LogFile.reopen(newest, scan.snapshotBytes(), scan.provedBytes());
    for (Path older : logs.subList(0, logs.size() - 1)) {
      Files.delete(older);
    }
    return new LocalLogMetadataStore(directory, held, compactBytes, scan.state(), file);
  }

  /// The logs by rising version; what a crash left unfinished is deleted.
  private static List<Path> logsOf(Path directory) throws IOException {
    List<Path> logs = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (name.matches("metadata-\\d{16,19}\\.log\\.new")) {
          Files.delete(entry);
        } else if (name.matches("metadata-\\d{16,19}\\.log")) {
          logs.add(entry);
        }
      }
    }
    Collections.sort(logs);
    return logs;
  }

  @Override
  public ClusterState state() {
    return state;
  }

  @Override
  public ClusterState watch(Watcher watcher) {
    lock.lock();
    try {
      watchers.add(watcher);
      return state;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void propose(ClusterCommand command, ProposalCompletion completion) {
    ProposalStatus status = ProposalStatus.UNKNOWN;
    String sentence = "";
    lock.lock();
    try {
      Applied applied = state.apply(command);
      String refusal = applied.refusal();
      if (closedBecause.isEmpty() && refusal != null) {
        status = ProposalStatus.REFUSED;
        sentence = refusal;
      } else if (closedBecause.isEmpty() && log(command, applied.state())) {
        status = ProposalStatus.COMMITTED;
        publish(command, applied.state());
      } else {
        sentence = closedBecause;
      }
    } finally {
      lock.unlock();
    }
    completion.onComplete(status, sentence);
  }

  private boolean log(ClusterCommand command, ClusterState next) {
    try {
      file.append(
          LogRecord.encode(LogRecord.COMMAND, next.version(), MetadataCodec.encode(command)));
      return true;
    } catch (IOException e) {
      fail(e);
      return false;
    }
  }

  private void publish(ClusterCommand command, ClusterState next) {
    state = next;
    for (Watcher watcher : watchers) {
      watcher.onCommitted(command, next);
    }
    if (command instanceof ClusterCommand.ForgetVolume
        || file.commandBytes() > Math.max(compactBytes, file.snapshotBytes())) {
      compact();
    }
  }

  /// Starts the next file. Also drops what the last one still tells of forgotten volumes, their
  /// wrapped keys above all.
  private void compact() {
    try {
      LogFile former = file;
      file = LogFile.create(directory, state);
      former.close();
      Files.delete(former.path());
    } catch (IOException e) {
      fail(e);
    }
  }

  private void fail(IOException e) {
    closedBecause =
        "the metadata in %s cannot be written (%s): make room or repair the disk, then restart"
            .formatted(directory, e.getMessage());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closedBecause.isEmpty()) {
        closedBecause = "the metadata store is closed";
      }
      file.close();
    } catch (IOException e) {
      // Every committed record is durable already: closing adds nothing that could be lost.
    } finally {
      directoryLock.release();
      lock.unlock();
    }
  }
}
