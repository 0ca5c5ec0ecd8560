package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.CheckpointBodyReader;
import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.checkpoint.CheckpointVolume;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.recovery.LogReplay;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.LogOptions;
import io.ashlar.core.segment.SegmentTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/// What a pool says of itself, as a start of its node would read it: the checkpoint that the
/// superblock names, and the log after it. Damage is noted, and what can be told without the
/// damaged part is told.
public final class PoolOverview {
  private final PolledDevice device;
  private final Superblock root;
  private final SegmentTable segments;
  private final TreeMap<Integer, VolumeEntry> volumes = new TreeMap<>();
  private final List<CheckpointPieces.Place> places = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private boolean checkpointRead;
  private long logGroups;
  private long logRecords;
  private long logEnd;

  /// Reads the pool.
  ///
  /// @param root the superblock that counts
  public PoolOverview(PolledDevice device, Superblock root) {
    this.device = device;
    this.root = root;
    segments = new SegmentTable(root.geometry(), FreeSegments.of(root.geometry().segments()));
    logEnd = root.replayFrom();
    try {
      readCheckpoint();
      checkpointRead = true;
      readLog();
    } catch (CorruptRecordException e) {
      complaints.add(String.valueOf(e.getMessage()));
    }
  }

  private void readCheckpoint() throws CorruptRecordException {
    if (root.checkpoint().equals(Pieces.NONE)) {
      return;
    }
    CheckpointPieces pieces = new CheckpointPieces(device, new Crc32c(), root);
    UnsafeBuffer body = pieces.read();
    places.addAll(pieces.places());
    CheckpointBodyReader reader = new CheckpointBodyReader(body, body.capacity(), root.geometry());
    try {
      for (CheckpointVolume volume : reader.explain(root.checkpoint().number(), segments)) {
        volumes.put(volume.entry().layer(), volume.entry());
      }
    } catch (CorruptRecordException e) {
      throw pieces.placed(e);
    }
  }

  private void readLog() throws CorruptRecordException {
    LogReplay.openCursors(root, segments);
    LogOptions log = LogOptions.of(root.geometry(), 1, 1);
    LogReplay replay = new LogReplay(root, device, segments, log, new Crc32c());
    try {
      replay.run((window, damaged) -> replayed(window, damaged));
    } finally {
      logEnd = replay.sequenceNext();
    }
  }

  /// @param damaged whether a payload is not what was written; those of blocks are nobody's matter
  ///   here
  private void replayed(GroupWindow window, boolean damaged) throws CorruptRecordException {
    logGroups++;
    GroupRecords records = window.records();
    while (records.next()) {
      logRecords++;
      RecordFlyweight record = records.record();
      switch (record.type()) {
        case VOLUME -> {
          refuseIf(damaged, window);
          VolumeEntry entry =
              VolumeEntry.decode(
                  window.memory(), window.memoryOffset(records), record.payloadBytes());
          volumes.put(entry.layer(), entry);
        }
        case VOLUME_DELETED -> {
          refuseIf(damaged, window);
          volumes.remove(record.layer());
        }
        case RESERVATIONS, REJOIN -> refuseIf(damaged, window);
        default -> records.skipBlocks();
      }
    }
  }

  /// A start refuses a group with a change of the volumes of which a payload is damaged.
  private void refuseIf(boolean damaged, GroupWindow window) throws CorruptRecordException {
    if (damaged) {
      throw new CorruptRecordException(
          "a change of the volumes is damaged, in group %d of the log with its payload at device %s offset %d"
              .formatted(window.header().sequence(), device.device().name(), window.payloadBase()));
    }
  }

  public Superblock root() {
    return root;
  }

  /// The segments: state, stream and use as of the end of the log, live units as of the checkpoint.
  public SegmentTable segments() {
    return segments;
  }

  /// The volumes as of the end of the log, by layer.
  public Collection<VolumeEntry> volumes() {
    return volumes.values();
  }

  /// Where the checkpoint's pieces lie, the last first.
  public List<CheckpointPieces.Place> checkpointPlaces() {
    return places;
  }

  /// Whether the checkpoint could be read, or there is none yet.
  public boolean isCheckpointRead() {
    return checkpointRead;
  }

  /// Groups that a start would replay.
  public long logGroups() {
    return logGroups;
  }

  public long logRecords() {
    return logRecords;
  }

  /// The sequence at which the log ends, or cannot be followed any more.
  public long logEnd() {
    return logEnd;
  }

  /// Why a start would refuse the pool, with places; empty if it would not.
  public List<String> complaints() {
    return complaints;
  }
}
