package io.ashlar.core.offline;

import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.segment.GroupRecords;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.core.segment.Stream;
import java.util.ArrayList;
import java.util.List;

/// Every group of one segment's present life, with its records, and what lies between them that
/// cannot be read.
///
/// @param groups in the order of their places
/// @param damages a sentence each
public record SegmentListing(List<ListedGroup> groups, List<String> damages) {
  /// One group.
  ///
  /// @param offset in the segment
  /// @param bytes on the device, header and padding included
  /// @param payloadsSound whether every payload has its checksum
  public record ListedGroup(
      int offset,
      int bytes,
      Stream stream,
      int generation,
      long sequence,
      long durableThrough,
      int epoch,
      long epochMillis,
      boolean payloadsSound,
      List<ListedRecord> records) {}

  /// One record; [RecordType] says what the figures mean.
  ///
  /// @param storedBytes of its blocks or its payload, without padding
  public record ListedRecord(
      RecordType type,
      int layer,
      long writeId,
      long lba,
      int blocks,
      long argument,
      int storedBytes) {}

  /// Reads a segment.
  ///
  /// @param root any superblock of the device
  public static SegmentListing of(PolledDevice device, Superblock root, int segment) {
    Collector collector = new Collector(device.device().name());
    new SegmentScan(device, root).scan(segment, collector);
    return new SegmentListing(collector.groups, collector.damages);
  }

  /// Notes what a scan finds.
  private static final class Collector implements ScanVisitor {
    private final String device;
    private final List<ListedGroup> groups = new ArrayList<>();
    private final List<String> damages = new ArrayList<>();

    Collector(String device) {
      this.device = device;
    }

    @Override
    public void onGroup(int segment, int offset, Stream stream, GroupWindow window) {
      GroupHeaderFlyweight header = window.header();
      boolean sound = window.payloadsSound();
      if (!sound) {
        note("a payload of group " + header.sequence() + " is damaged", segment, offset);
      }
      groups.add(
          new ListedGroup(
              offset,
              window.groupBytes(),
              stream,
              header.generation(),
              header.sequence(),
              header.durableThrough(),
              header.epoch(),
              header.epochMillis(),
              sound,
              records(window.records())));
    }

    private static List<ListedRecord> records(GroupRecords walk) {
      List<ListedRecord> records = new ArrayList<>();
      while (walk.next()) {
        RecordFlyweight record = walk.record();
        int bytes = record.type().hasBlocks() ? 0 : record.payloadBytes();
        while (walk.nextBlock()) {
          bytes += walk.block().length();
        }
        records.add(
            new ListedRecord(
                record.type(),
                record.layer(),
                record.writeId(),
                record.lba(),
                record.blocks(),
                record.argument(),
                bytes));
      }
      return records;
    }

    @Override
    public void onLost(int segment, int offset, int bytes) {
      note(bytes + " bytes hold groups that cannot be read", segment, offset);
    }

    @Override
    public void onBrokenEnd(int segment, int offset, long sequence) {
      note("after the last group begins a broken one: a torn tail, or damage", segment, offset);
    }

    @Override
    public void onUnreadable(int segment, int offset, int bytes) {
      note("the device refuses to read " + bytes + " bytes", segment, offset);
    }

    private void note(String what, int segment, int offset) {
      damages.add("%s at device %s segment %d offset %d".formatted(what, device, segment, offset));
    }
  }
}
