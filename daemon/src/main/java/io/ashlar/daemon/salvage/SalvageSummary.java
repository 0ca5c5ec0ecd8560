package io.ashlar.daemon.salvage;

import io.ashlar.cli.Table;
import io.ashlar.control.ByteSize;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.offline.SalvageReport;
import io.ashlar.core.offline.SalvagedRange;
import io.ashlar.core.offline.SalvagedVolume;
import io.ashlar.core.volume.VolumeGeometry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// What `ashlar salvage` did; also the file `salvage.json` beside the images.
///
/// @param complete whether everything that was acknowledged is in the images
/// @param soundSuperblocks of two
/// @param checkpoint the number of the one that was used; -1 if none could be read
/// @param groups of the log that were read
/// @param groupsMissing groups that were durable after the checkpoint and are nowhere to be found
/// @param unreadableBytes of the log: damaged headers, and what the device refuses to read
public record SalvageSummary(
    String device,
    boolean complete,
    int soundSuperblocks,
    long checkpoint,
    int segments,
    int segmentsMissing,
    long groups,
    long groupsWithDamage,
    long groupsMissing,
    long unreadableBytes,
    List<VolumeSummary> volumes) {
  /// A volume.
  ///
  /// @param name empty if the volume's entry is lost
  /// @param file the image's name; empty if there is none
  /// @param state `whole`, `damaged` or `locked`
  /// @param ranges what is not in the image as it should be
  public record VolumeSummary(
      String name,
      String id,
      int layer,
      String file,
      String state,
      long sizeBytes,
      long copiedBytes,
      long unreadableBytes,
      long uncertainBytes,
      List<RangeSummary> ranges) {}

  /// A range of a volume.
  ///
  /// @param kind `unreadable`: written, and lost; zeroes in the image. `uncertain`: the index is
  ///   lost; the newest version found is in the image, and a newer one may be lost
  public record RangeSummary(long offsetBytes, long lengthBytes, String kind) {}

  static SalvageSummary of(String device, SalvageReport report, ImageFiles images) {
    List<VolumeSummary> volumes = new ArrayList<>();
    for (SalvagedVolume each : report.volumes()) {
      volumes.add(volume(each, each.isLocked() ? "" : images.image(each)));
    }
    return new SalvageSummary(
        device,
        report.isComplete(),
        report.soundSuperblocks(),
        report.checkpoint(),
        report.segments(),
        report.segmentsMissing(),
        report.groups(),
        report.groupsWithDamage(),
        report.groupsMissing(),
        report.unreadableBytes(),
        volumes);
  }

  private static VolumeSummary volume(SalvagedVolume volume, String file) {
    VolumeEntry entry = volume.entry();
    String state = volume.isLocked() ? "locked" : volume.ranges().isEmpty() ? "whole" : "damaged";
    return new VolumeSummary(
        entry == null ? "" : entry.name(),
        entry == null ? "" : entry.uuid().toString(),
        volume.layer(),
        file,
        state,
        bytes(volume.blocks()),
        bytes(volume.copiedBlocks()),
        bytes(volume.blocks(SalvagedRange.Kind.UNREADABLE)),
        bytes(volume.blocks(SalvagedRange.Kind.UNCERTAIN)),
        volume.ranges().stream().map(SalvageSummary::range).toList());
  }

  private static RangeSummary range(SalvagedRange range) {
    String kind =
        switch (range.kind()) {
          case UNREADABLE -> "unreadable";
          case UNCERTAIN -> "uncertain";
        };
    return new RangeSummary(bytes(range.firstBlock()), bytes(range.blocks()), kind);
  }

  private static long bytes(long blocks) {
    return blocks * VolumeGeometry.BLOCK_BYTES;
  }

  void print(PrintWriter out) {
    if (volumes.isEmpty()) {
      out.println("No volume was found.");
    } else {
      table(out);
    }
    sources(out);
    losses(out);
    out.println(
        complete
            ? "Everything that was acknowledged is in the images."
            : "Not everything is in the images: salvage.json beside them lists the ranges.");
  }

  private void table(PrintWriter out) {
    Table table =
        new Table("VOLUME", "STATE", "SIZE", "COPIED", "UNREADABLE", "UNCERTAIN", "IMAGE");
    for (VolumeSummary each : volumes) {
      table.row(
          each.name().isEmpty() ? "layer " + Integer.toUnsignedString(each.layer()) : each.name(),
          each.state(),
          ByteSize.format(each.sizeBytes()),
          ByteSize.format(each.copiedBytes()),
          ByteSize.format(each.unreadableBytes()),
          ByteSize.format(each.uncertainBytes()),
          each.file().isEmpty() ? "-" : each.file());
    }
    table.print(out);
    out.println();
  }

  private void sources(PrintWriter out) {
    String superblocks =
        switch (soundSuperblocks) {
          case 2 -> "Both superblocks are sound";
          case 1 -> "One of two superblocks is sound";
          default -> "Both superblocks are lost; the shape was found by the groups";
        };
    String index =
        checkpoint < 0
            ? "no checkpoint could be read, so that volumes are put together from the log alone"
            : "checkpoint " + checkpoint + " says which versions count";
    out.printf(
        "%s; %s. %d groups in %d segments were read.%n", superblocks, index, groups, segments);
  }

  private void losses(PrintWriter out) {
    if (segmentsMissing > 0) {
      out.printf("The device ends before its last %d segments.%n", segmentsMissing);
    }
    if (groupsWithDamage > 0) {
      out.printf("%d groups have damaged payloads.%n", groupsWithDamage);
    }
    if (unreadableBytes > 0) {
      out.printf(
          "%d bytes of the log hold groups that cannot be read, or are refused by the device.%n",
          unreadableBytes);
    }
    if (groupsMissing > 0) {
      out.printf(
          "%d groups that were durable are missing: blocks written in them show what they held before, and which ones these are nobody knows.%n",
          groupsMissing);
    }
    long locked = volumes.stream().filter(each -> each.state().equals("locked")).count();
    if (locked > 0) {
      out.printf(
          "Left out for want of a key: %d volume(s); give the pool's key file by --key-file.%n",
          locked);
    }
  }
}
