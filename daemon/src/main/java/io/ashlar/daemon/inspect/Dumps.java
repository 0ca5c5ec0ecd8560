package io.ashlar.daemon.inspect;

import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.Layout;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.offline.SegmentListing;
import io.ashlar.core.offline.SegmentListing.ListedGroup;
import io.ashlar.core.offline.SegmentScan;
import io.ashlar.core.segment.GroupWindow;
import io.ashlar.daemon.offline.OfflineException;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Finds out what lies at a place, and dumps it as that.
final class Dumps {
  private static final int SECTOR_BYTES = 512;

  private final PolledDevice device;
  private final @Nullable Superblock root;

  /// @param root any superblock of the device; null if none can be believed
  Dumps(PolledDevice device, @Nullable Superblock root) {
    this.device = device;
    this.root = root;
  }

  /// Dumps what begins at `offset` of the device, or so many bytes of what lies there.
  DumpReport at(long offset, int bytes) throws OfflineException {
    long size = device.device().geometry().sizeBytes();
    if (offset < 0 || offset >= size) {
      throw new OfflineException(
          "%s has %d bytes: offset %d lies beyond its end."
              .formatted(device.device().name(), size, offset));
    }
    for (int copy = 0; copy < 2; copy++) {
      if (offset == LaneGeometry.slotOffset(0, 1, copy)) {
        return superblock(offset, copy == 0 ? "A" : "B");
      }
    }
    return root == null || offset < root.geometry().headerAreaBytes()
        ? raw(offset, bytes, "no structure is known here")
        : inSegment(root, offset, bytes);
  }

  private DumpReport superblock(long offset, String slot) throws OfflineException {
    UnsafeBuffer memory = read(offset, Superblock.BYTES);
    try (AnnotatedDump dump = new AnnotatedDump(memory, offset)) {
      dump.layout(Layout.SUPERBLOCK, 0);
      String what =
          "Superblock %s; the other %d bytes of its slot are zero when it is sound."
              .formatted(slot, Superblock.BYTES - Layout.SUPERBLOCK.bytes());
      return new DumpReport(offset, what, dump.text());
    }
  }

  private DumpReport inSegment(Superblock root, long offset, int bytes) throws OfflineException {
    LaneGeometry geometry = root.geometry();
    int segment = geometry.segmentOf(offset / SECTOR_BYTES);
    if (segment < 0) {
      return raw(offset, bytes, "behind the last segment");
    }
    int within = (int) (offset - geometry.segmentOffset(segment));
    String place = "segment %d offset %d".formatted(segment, within);
    if (within % geometry.alignmentBytes() == 0) {
      GroupWindow window = new SegmentScan(device, root).at(segment, within);
      if (window != null) {
        return group(root, offset, window, place);
      }
    }
    return raw(offset, bytes, place + ", " + neighbourhood(root, segment, within));
  }

  private static DumpReport group(Superblock root, long offset, GroupWindow window, String place) {
    int within = (int) (offset - root.geometry().segmentOffset(segmentOf(root, offset)));
    int from = window.memoryOffset(within);
    try (AnnotatedDump dump = new AnnotatedDump(window.memory(), offset - from)) {
      new GroupDump(dump, window, root.geometry().alignmentBytes()).write(from);
      String what =
          "Group %d at %s: a header of %d bytes and payloads of %d; %s."
              .formatted(
                  window.header().sequence(),
                  place,
                  window.header().headerBytes(),
                  window.header().payloadBytes(),
                  window.payloadsSound() ? "all checksums hold" : "a payload is damaged");
      return new DumpReport(offset, what, dump.text());
    }
  }

  private static int segmentOf(Superblock root, long offset) {
    return root.geometry().segmentOf(offset / SECTOR_BYTES);
  }

  /// Which group a place lies in that is not a group's first byte.
  private String neighbourhood(Superblock root, int segment, int within) {
    for (ListedGroup group : SegmentListing.of(device, root, segment).groups()) {
      if (within > group.offset() && within < group.offset() + group.bytes()) {
        return "inside group %d, which begins at offset %d of the segment"
            .formatted(group.sequence(), group.offset());
      }
    }
    return "where no group is";
  }

  private DumpReport raw(long offset, int bytes, String place) throws OfflineException {
    long from = offset & -SECTOR_BYTES;
    long size = device.device().geometry().sizeBytes();
    int length = (int) Math.min(bytes, size - offset);
    int before = (int) (offset - from);
    UnsafeBuffer memory = read(from, (before + length + SECTOR_BYTES - 1) & -SECTOR_BYTES);
    try (AnnotatedDump dump = new AnnotatedDump(memory, from)) {
      dump.bytes(before, length, "as they are");
      String what = "%d bytes at offset %d: %s.".formatted(length, offset, place);
      return new DumpReport(offset, what, dump.text());
    }
  }

  private UnsafeBuffer read(long offset, int bytes) throws OfflineException {
    UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
    DeviceStatus status = device.read(offset, bytes, memory.addressOffset());
    if (status != DeviceStatus.OK) {
      throw new OfflineException(
          "Reading %d bytes at offset %d of %s failed with %s."
              .formatted(bytes, offset, device.device().name(), status));
    }
    return memory;
  }
}
