package io.ashlar.daemon.inspect;

import io.ashlar.cli.Fields;
import io.ashlar.cli.Table;
import io.ashlar.control.ByteSize;
import io.ashlar.daemon.inspect.PoolReport.CheckpointReport;
import io.ashlar.daemon.inspect.PoolReport.SegmentRow;
import io.ashlar.daemon.inspect.PoolReport.SuperblockReport;
import io.ashlar.daemon.inspect.PoolReport.VolumeReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/// A [PoolReport] for people.
///
/// @param now to tell ages by
record PoolText(PoolReport pool, Instant now) {
  void print(PrintWriter out) {
    summary(out);
    superblocks(out);
    checkpoint(out);
    volumes(out);
    segments(out);
    pool.complaints().forEach(each -> out.printf("%nA node would refuse this pool: %s.%n", each));
  }

  private void summary(PrintWriter out) {
    Fields fields =
        new Fields()
            .add("Pool", pool.device() + ", format " + pool.formatVersion())
            .add("Device id", pool.deviceId())
            .add("Cluster", pool.clusterId())
            .add("Shape", shape())
            .add("State", state());
    if (pool.inUse()) {
      fields.add(
          "Warning",
          "another process, likely a node, has this device open: what follows may be out of date or contradict itself");
    }
    fields.print(out);
  }

  private String shape() {
    PoolReport.Shape shape = pool.shape();
    return "%s of header area, then %d segments of %s; groups aligned to %d bytes"
        .formatted(
            ByteSize.format(shape.headerBytes()),
            shape.segments(),
            ByteSize.format(shape.segmentBytes()),
            shape.alignmentBytes());
  }

  private String state() {
    return switch (pool.state()) {
      case FRESH -> "formatted, and never served";
      case CLOSED -> "closed in order";
      case OPEN -> "not closed in order: a node serves it, or was ended by force";
    };
  }

  private void superblocks(PrintWriter out) {
    out.println();
    Table table = new Table("SUPERBLOCK", "OFFSET", "GENERATION", "EPOCH", "CHECKPOINT", "STATE");
    for (SuperblockReport each : pool.superblocks()) {
      boolean sound = each.generation() != 0;
      table.row(
          each.slot(),
          Long.toString(each.offset()),
          sound ? Long.toString(each.generation()) : "-",
          sound ? Integer.toString(each.epoch()) : "-",
          sound ? Long.toString(each.checkpoint()) : "-",
          each.state());
    }
    table.print(out);
    out.println(pool.chosen());
  }

  private void checkpoint(PrintWriter out) {
    CheckpointReport checkpoint = pool.checkpoint();
    out.println();
    if (checkpoint.number() == 0) {
      out.println("There is no checkpoint yet: everything is in the log.");
    } else {
      out.printf(
          "Checkpoint %d has %d bytes and holds everything before group %d.%n",
          checkpoint.number(), checkpoint.bodyBytes(), checkpoint.replayFrom());
      for (PoolReport.PlaceReport place : checkpoint.pieces()) {
        out.printf("  a piece at segment %d offset %d%n", place.segment(), place.offset());
      }
    }
    PoolReport.LogReport log = pool.log();
    out.println(
        log.groups() == 0
            ? "No group of the log follows it."
            : "The log goes on with groups %d to %d: %d groups with %d records, which a start replays."
                .formatted(checkpoint.replayFrom(), log.end() - 1, log.groups(), log.records()));
  }

  private void volumes(PrintWriter out) {
    out.println();
    if (pool.volumes().isEmpty()) {
      out.println("There are no volumes.");
      return;
    }
    Table table = new Table("VOLUME", "SIZE", "BLOCK", "LAYER", "ENCRYPTED", "COMPRESSED", "ID");
    for (VolumeReport each : pool.volumes()) {
      table.row(
          each.name(),
          ByteSize.format(each.sizeBytes()),
          Integer.toString(each.logicalBlockBytes()),
          Integer.toUnsignedString(each.layer()),
          each.encrypted() ? "yes" : "no",
          each.compressed() ? "yes" : "no",
          each.id());
    }
    table.print(out);
  }

  private void segments(PrintWriter out) {
    out.println();
    Table table =
        new Table("SEGMENT", "STATE", "STREAM", "GENERATION", "USED", "LIVE", "LAST GROUP", "AGE");
    for (SegmentRow each : pool.segments()) {
      table.row(
          Integer.toString(each.segment()),
          each.state(),
          each.stream(),
          Integer.toString(each.generation()),
          ByteSize.format(each.usedBytes()),
          ByteSize.format(each.liveBytes()),
          Long.toString(each.lastGroup()),
          age(each.lastWritten()));
    }
    table.print(out);
    out.printf("%d segments are free.", pool.freeSegments());
    out.println(pool.checkpoint().number() == 0 ? "" : " LIVE is as of the checkpoint.");
  }

  private String age(String written) {
    if (written.isEmpty()) {
      return "-";
    }
    Duration age = Duration.between(Instant.parse(written), now);
    if (age.toDays() >= 2) {
      return age.toDays() + "d";
    }
    if (age.toHours() >= 2) {
      return age.toHours() + "h";
    }
    return age.toMinutes() >= 2 ? age.toMinutes() + "min" : Math.max(0, age.toSeconds()) + "s";
  }
}
