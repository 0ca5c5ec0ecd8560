package io.ashlar.daemon.inspect;

import io.ashlar.cli.Table;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.offline.SegmentListing;
import io.ashlar.core.offline.SegmentListing.ListedGroup;
import io.ashlar.core.offline.SegmentListing.ListedRecord;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/// What `ashlar inspect --segment` says: a segment's groups and records.
///
/// @param offset of the segment on the device
/// @param damages a sentence each
public record SegmentReport(
    int segment, long offset, int segmentBytes, List<GroupReport> groups, List<String> damages) {
  /// One group.
  ///
  /// @param offset in the segment
  /// @param payloads `sound` or `damaged`
  public record GroupReport(
      int offset,
      int bytes,
      String stream,
      int generation,
      long sequence,
      long durableThrough,
      int epoch,
      String written,
      String payloads,
      List<RecordReport> records) {}

  /// One record.
  ///
  /// @param writeId epoch and counter; empty where the record has none
  /// @param meaning in words
  public record RecordReport(
      String type,
      int layer,
      String writeId,
      long lba,
      int blocks,
      long argument,
      int storedBytes,
      String meaning) {}

  static SegmentReport of(int segment, long offset, int segmentBytes, SegmentListing listing) {
    return new SegmentReport(
        segment,
        offset,
        segmentBytes,
        listing.groups().stream().map(SegmentReport::group).toList(),
        listing.damages());
  }

  private static GroupReport group(ListedGroup group) {
    return new GroupReport(
        group.offset(),
        group.bytes(),
        group.stream().name(),
        group.generation(),
        group.sequence(),
        group.durableThrough(),
        group.epoch(),
        Instant.ofEpochMilli(group.epochMillis()).toString(),
        group.payloadsSound() ? "sound" : "damaged",
        group.records().stream().map(SegmentReport::record).toList());
  }

  private static RecordReport record(ListedRecord record) {
    return new RecordReport(
        record.type().name(),
        record.layer(),
        record.writeId() == 0 ? "" : WriteId.text(record.writeId()),
        record.lba(),
        record.blocks(),
        record.argument(),
        record.storedBytes(),
        RecordText.meaning(record));
  }

  void print(PrintWriter out) {
    out.printf(
        "Segment %d begins at byte %d of the device and is %d bytes long.%n",
        segment, offset, segmentBytes);
    if (groups.isEmpty()) {
      out.println("It holds no group: it was never written, or nothing in it can be read.");
    } else {
      GroupReport first = groups.getFirst();
      int end = groups.getLast().offset() + groups.getLast().bytes();
      out.printf(
          "It is of the stream %s, generation %d, and holds %d groups in %d bytes.%n%n",
          first.stream(), first.generation(), groups.size(), end);
      table(out);
    }
    damages.forEach(each -> out.printf("%nDamaged: %s.%n", each));
  }

  private void table(PrintWriter out) {
    Table table = new Table("OFFSET", "BYTES", "GROUP", "EPOCH", "WRITTEN", "PAYLOADS", "RECORDS");
    for (GroupReport group : groups) {
      String count = Integer.toString(group.records().size());
      table.row(
          Integer.toString(group.offset()),
          Integer.toString(group.bytes()),
          Long.toString(group.sequence()),
          Integer.toString(group.epoch()),
          group.written(),
          group.payloads(),
          group.records().size() == 1 ? group.records().getFirst().meaning() : count);
      if (group.records().size() > 1) {
        for (RecordReport record : group.records()) {
          table.row("", "", "", "", "", "", "  " + record.meaning());
        }
      }
    }
    table.print(out);
  }
}
