package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.MalformedMetadataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Proves what is on disk before Ratis reads it, and names the file that is damaged. Ratis takes a
/// directory without its files for a new one, and a snapshot that it cannot list for none.
final class StorageCheck {
  private static final Pattern CLOSED_SEGMENT = Pattern.compile("log_(\\d+)-(\\d+)");
  private static final Pattern OPEN_SEGMENT = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

  /// Stands for the last index of the segment that is written to.
  private static final long OPEN = Long.MAX_VALUE;

  /// @param last the index of its last entry, or [#OPEN]
  private record Segment(Path file, long first, long last) {
    boolean isOpen() {
      return last == OPEN;
    }
  }

  private final Path current;
  private final Path snapshots;

  private StorageCheck(Path storage) {
    current = storage.resolve("current");
    snapshots = storage.resolve("sm");
  }

  static String damaged(Path file, String why) {
    return "the metadata file %s is damaged: %s; do not delete it: let this node join again as a new one, or put back a backup if there is no other"
        .formatted(file, why);
  }

  static String damaged(Path file, MalformedMetadataException why) {
    return damaged(file, String.valueOf(why.getMessage()));
  }

  /// Whether there is anything at all that could be somebody's metadata.
  static boolean holdsAnything(Path storage) throws IOException {
    StorageCheck check = new StorageCheck(storage);
    return holdsFiles(check.current) || holdsFiles(check.snapshots);
  }

  private static boolean holdsFiles(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isPresent();
    }
  }

  /// Proves a store that was used before. A torn end of the segment that was written to is cut: it
  /// was never acknowledged.
  ///
  /// @throws RaftMetadataException naming the first file that is absent or damaged
  static void prove(Path storage) throws IOException {
    StorageCheck check = new StorageCheck(storage);
    Path vote = check.current.resolve("raft-meta");
    if (!Files.isRegularFile(vote)) {
      throw new RaftMetadataException(
          "the metadata file %s is missing: put it back, or let this node join again as a new one"
              .formatted(vote));
    }
    check.proveSegments(check.proveSnapshots());
  }

  /// @return the index up to which the newest snapshot has everything, or -1
  private long proveSnapshots() throws IOException {
    NavigableMap<Long, Path> byIndex = new TreeMap<>();
    if (Files.isDirectory(snapshots)) {
      try (Stream<Path> files = Files.list(snapshots)) {
        for (Path file : files.toList()) {
          Matcher name = SNAPSHOT.matcher(file.getFileName().toString());
          if (name.matches()) {
            byIndex.put(Long.parseLong(name.group(2)), file);
          }
        }
      }
    }
    Map.Entry<Long, Path> last = byIndex.lastEntry();
    if (last == null) {
      return -1;
    }
    Path newest = last.getValue();
    try {
      Ledger _ = LedgerImage.decode(Files.readAllBytes(newest));
      return last.getKey();
    } catch (MalformedMetadataException e) {
      throw new RaftMetadataException(damaged(newest, e), e);
    }
  }

  private void proveSegments(long snapshotIndex) throws IOException {
    SortedMap<Long, Segment> segments = new TreeMap<>();
    try (Stream<Path> all = Files.list(current)) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        Matcher closed = CLOSED_SEGMENT.matcher(name);
        Matcher open = OPEN_SEGMENT.matcher(name);
        if (closed.matches()) {
          long first = Long.parseLong(closed.group(1));
          segments.put(first, new Segment(file, first, Long.parseLong(closed.group(2))));
        } else if (open.matches()) {
          long first = Long.parseLong(open.group(1));
          segments.put(first, new Segment(file, first, OPEN));
        }
      }
    }
    long next = snapshotIndex + 1;
    for (Segment each : segments.values()) {
      if (each.first() > next) {
        throw new RaftMetadataException(
            "the metadata's log lacks the entries %d to %d before %s: put the missing file back, or let this node join again as a new one"
                .formatted(next, each.first() - 1, each.file()));
      }
      prove(each);
      next = each.isOpen() ? next : Math.max(next, each.last() + 1);
    }
  }

  private static void prove(Segment segment) throws IOException {
    Path file = segment.file();
    SegmentScan scan = SegmentScan.of(Files.readAllBytes(file));
    if (scan.end() == SegmentScan.End.TORN && segment.isOpen()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(scan.provedBytes());
        channel.force(true);
      }
      return;
    }
    if (scan.end() != SegmentScan.End.WHOLE) {
      throw new RaftMetadataException(
          damaged(file, "the entry at byte %d does not hold".formatted(scan.provedBytes())));
    }
    long entries = segment.last() - segment.first() + 1;
    if (!segment.isOpen() && scan.entries() != entries) {
      throw new RaftMetadataException(
          damaged(file, "it has %d entries in place of %d".formatted(scan.entries(), entries)));
    }
  }
}
