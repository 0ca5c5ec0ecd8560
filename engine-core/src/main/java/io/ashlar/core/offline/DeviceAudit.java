package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.CheckpointPieces;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Checks every checksum of a device that nobody serves: both superblocks, the checkpoint, and each
/// segment's groups with their payloads. Damage of data that is dead already counts too.
public final class DeviceAudit implements ScanVisitor {
  /// So many damages are named; the rest is counted. A device that is all damaged has millions.
  private static final int SENTENCES_MAX = 10_000;

  /// Something that could not be read whole.
  ///
  /// @param sequence of the group, -1 where that is not known
  private record Suspect(long sequence, String sentence) {}

  private final PolledDevice device;
  private final Superblock root;
  private final String name;
  private final List<String> damages = new ArrayList<>();
  private final List<Suspect> suspects = new ArrayList<>();

  /// The groups that the checkpoint does not hold, and their segments.
  private final TreeMap<Long, Integer> sequences = new TreeMap<>();

  private long durableThrough = -1;
  private long groups;
  private long records;
  private long unnamed;
  private int refusedSegment;
  private int refusedOffset;
  private int refusedBytes;

  /// @param root the superblock that counts
  public DeviceAudit(PolledDevice device, Superblock root) {
    this.device = device;
    this.root = root;
    name = device.device().name();
  }

  /// Checks everything.
  public void run() throws UnsupportedFormatException {
    checkSuperblocks();
    checkCheckpoint();
    SegmentScan scan = new SegmentScan(device, root);
    for (int segment = 0; segment < root.geometry().segments(); segment++) {
      scan.scan(segment, this);
    }
    tellRefused();
    for (Suspect suspect : suspects) {
      // What was never durable is a torn tail: not damage.
      if (suspect.sequence <= durableThrough) {
        damaged(suspect.sentence);
      }
    }
    checkLog();
  }

  private void checkSuperblocks() throws UnsupportedFormatException {
    SuperblockSlots slots = new SuperblockSlots(device, new Crc32c());
    for (int copy = 0; copy < 2; copy++) {
      try {
        if (slots.copy(root.geometry().lane(), root.geometry().lanes(), copy) == null) {
          damaged("superblock %s is not there on device %s".formatted("AB".charAt(copy), name));
        }
      } catch (CorruptRecordException e) {
        damaged(String.valueOf(e.getMessage()));
      }
    }
  }

  private void checkCheckpoint() {
    if (root.checkpoint().equals(Pieces.NONE)) {
      return;
    }
    try {
      new CheckpointPieces(device, new Crc32c(), root).read();
    } catch (CorruptRecordException e) {
      damaged(String.valueOf(e.getMessage()));
    }
  }

  /// Every durable group from the checkpoint on must have been found.
  private void checkLog() {
    long expected = root.replayFrom();
    for (long sequence : sequences.keySet()) {
      if (expected < sequence && expected <= durableThrough) {
        long last = Math.min(sequence - 1, durableThrough);
        damaged(
            "groups %d to %d of the log are missing on device %s".formatted(expected, last, name));
      }
      expected = sequence + 1;
    }
  }

  @Override
  public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
    GroupHeaderFlyweight header = window.header();
    groups++;
    records += header.records();
    if (header.sequence() >= root.replayFrom()) {
      sequences.put(header.sequence(), segment);
    }
    durableThrough = Math.max(durableThrough, header.durableThrough());
    if (!window.payloadsSound()) {
      namePayloads(segment, window);
    }
  }

  /// Names each payload of a group that is not what was written.
  private void namePayloads(int segment, GroupWindow window) {
    long sequence = window.header().sequence();
    GroupRecords records = window.records();
    while (records.next()) {
      if (!records.record().type().hasBlocks()) {
        if (!window.payloadSound(records)) {
          String what = "the payload of a %s record".formatted(records.record().type());
          suspect(what, segment, records, sequence);
        }
        continue;
      }
      while (records.nextBlock()) {
        if (!window.blockSound(records)) {
          long lba = records.record().lba() + records.blockIndex();
          String layer = Integer.toUnsignedString(records.record().layer());
          suspect("block %d of layer %s".formatted(lba, layer), segment, records, sequence);
        }
      }
    }
  }

  private void suspect(String what, int segment, GroupRecords records, long sequence) {
    long start = root.geometry().segmentOffset(segment);
    String sentence = "%s, written by group %d, is damaged".formatted(what, sequence);
    int offset = (int) (records.payloadOffset() - start);
    suspect(sequence, at(sentence, segment, offset));
  }

  private void suspect(long sequence, String sentence) {
    if (suspects.size() < SENTENCES_MAX) {
      suspects.add(new Suspect(sequence, sentence));
    } else {
      unnamed++;
    }
  }

  private void damaged(String sentence) {
    if (damages.size() < SENTENCES_MAX) {
      damages.add(sentence);
    } else {
      unnamed++;
    }
  }

  @Override
  public void onLost(int segment, int offset, int bytes) {
    damaged(at(bytes + " bytes of damaged groups", segment, offset));
  }

  @Override
  public void onBrokenEnd(int segment, int offset, long sequence) {
    suspect(sequence, at("a group's header is damaged", segment, offset));
  }

  @Override
  public void onUnreadable(int segment, int offset, int bytes) {
    boolean goesOn =
        segment == refusedSegment && offset == refusedOffset + refusedBytes && refusedBytes > 0;
    if (goesOn) {
      refusedBytes += bytes;
      return;
    }
    tellRefused();
    refusedSegment = segment;
    refusedOffset = offset;
    refusedBytes = bytes;
  }

  /// Refused pieces that follow each other are one damage.
  private void tellRefused() {
    if (refusedBytes > 0) {
      damaged(at(refusedBytes + " bytes cannot be read", refusedSegment, refusedOffset));
      refusedBytes = 0;
    }
  }

  private String at(String what, int segment, int offset) {
    return "%s at device %s segment %d offset %d".formatted(what, name, segment, offset);
  }

  /// A sentence for each damage, with its place; empty if all is sound.
  public List<String> damages() {
    return damages;
  }

  /// Damages beyond those that are named.
  public long unnamed() {
    return unnamed;
  }

  public long groups() {
    return groups;
  }

  public long records() {
    return records;
  }

  /// The highest group that some header says was durable, -1 if none does.
  public long durableThrough() {
    return durableThrough;
  }
}
