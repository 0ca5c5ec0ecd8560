package io.ashlar.replication.metadata.local;

import io.ashlar.replication.metadata.Applied;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/// Reads a metadata log and decides about its tail. Each record was durable before the next one was
/// begun, so at most the last one can be torn:
///
/// | the first record that does not prove itself | a whole record after it | then |
/// |---|---|---|
/// | none | | all is kept |
/// | the file's first | either | damage: a file gets its name only once its snapshot is durable |
/// | any | yes | damage |
/// | some part of it within a 512 B sector is all zero, or the file's last four bytes are | no | torn, cut |
/// | it begins as a record and would end beyond the file, which does not end with an end mark | no | torn, cut |
/// | too short to begin as a record | no | torn, cut |
/// | any other | no | damage |
///
/// Damage is never cut: it may have been acknowledged.
final class LogScan {
  /// What disks write whole.
  private static final int SECTOR_BYTES = 512;

  private final DirectBuffer log;
  private ClusterState state = ClusterState.EMPTY;
  private int provedBytes;

  private LogScan(DirectBuffer log) {
    this.log = log;
  }

  /// Reads the whole log.
  ///
  /// @throws MalformedMetadataException if it is damaged; the sentence names the byte
  static LogScan of(DirectBuffer log) throws MalformedMetadataException {
    LogScan scan = new LogScan(log);
    scan.run();
    return scan;
  }

  /// The state after the last record kept.
  ClusterState state() {
    return state;
  }

  int snapshotBytes() {
    return LogRecord.lengthAt(log, 0);
  }

  /// How long the log is without a torn tail.
  int provedBytes() {
    return provedBytes;
  }

  private void run() throws MalformedMetadataException {
    while (LogRecord.isWholeAt(log, provedBytes)) {
      apply(provedBytes);
      provedBytes += LogRecord.lengthAt(log, provedBytes);
    }
    if (provedBytes < log.capacity() && (provedBytes == 0 || !isTorn())) {
      throw at(provedBytes, "the record is damaged");
    }
    if (provedBytes == 0) {
      throw at(0, "the file is empty");
    }
  }

  private void apply(int offset) throws MalformedMetadataException {
    if (!LogRecord.isKnownVersionAt(log, offset)) {
      throw at(offset, "the record is of a newer format: use a newer Ashlar");
    }
    try {
      state = stateAfter(offset);
    } catch (MalformedMetadataException e) {
      throw at(offset, "the record's checksum holds, yet " + e.getMessage());
    }
    if (state.version() != LogRecord.stateVersionAt(log, offset)) {
      throw at(offset, "the record does not follow the one before it");
    }
  }

  private ClusterState stateAfter(int offset) throws MalformedMetadataException {
    int payload = offset + LogRecord.PAYLOAD_OFFSET;
    int payloadBytes = LogRecord.payloadBytesAt(log, offset);
    int kindExpected = offset == 0 ? LogRecord.SNAPSHOT : LogRecord.COMMAND;
    if (LogRecord.kindAt(log, offset) != kindExpected) {
      throw new MalformedMetadataException("it is of a kind that does not belong there");
    }
    if (offset == 0) {
      return MetadataCodec.decodeState(log, payload, payloadBytes);
    }
    Applied applied = state.apply(MetadataCodec.decodeCommand(log, payload, payloadBytes));
    String refusal = applied.refusal();
    if (refusal != null) {
      throw new MalformedMetadataException("the state before it refuses it: " + refusal);
    }
    return applied.state();
  }

  private boolean isTorn() {
    for (int i = provedBytes + 1; i < log.capacity(); i++) {
      if (LogRecord.isWholeAt(log, i)) {
        return false;
      }
    }
    if (hasZeroPart() || LogRecord.hasNothingAtEnd(log)) {
      return true;
    }
    int left = log.capacity() - provedBytes;
    if (LogRecord.hasEndMarkAtEnd(log)) {
      return false;
    }
    return left < LogRecord.PAYLOAD_OFFSET
        || (LogRecord.hasMagicAt(log, provedBytes) && LogRecord.lengthAt(log, provedBytes) > left);
  }

  /// Whether what follows the proved records has a sector in which it is all zero.
  private boolean hasZeroPart() {
    int start = provedBytes;
    while (start < log.capacity()) {
      int end = Math.min((start / SECTOR_BYTES + 1) * SECTOR_BYTES, log.capacity());
      int i = start;
      while (i < end && log.getByte(i) == 0) {
        i++;
      }
      if (i == end) {
        return true;
      }
      start = end;
    }
    return false;
  }

  private static MalformedMetadataException at(int offset, @Nullable String complaint) {
    return new MalformedMetadataException("at byte %d %s".formatted(offset, complaint));
  }
}
