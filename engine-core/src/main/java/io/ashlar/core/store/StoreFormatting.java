package io.ashlar.core.store;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.format.Superblock.StreamCursor;
import java.util.List;

/// Writes the first superblocks of a device. The three streams begin in the first three segments.
final class StoreFormatting {
  private StoreFormatting() {}

  static void format(BlockDevice device, StoreFormat format) throws StoreOpenException {
    if (format.segmentBytes() == 0
        && device.geometry().sizeBytes() < StoreFormat.deviceBytesMin()) {
      throw new StoreOpenException(
          "%s is too small for a pool: it has %d MiB, at least %d MiB are needed"
              .formatted(
                  device.name(),
                  device.geometry().sizeBytes() >> 20,
                  (StoreFormat.deviceBytesMin() >> 20) + 1));
    }
    int alignmentBytes = device.geometry().alignmentBytes();
    LaneGeometry geometry = format.geometry(device.geometry().sizeBytes(), alignmentBytes);
    SuperblockSlots slots = new SuperblockSlots(new PolledDevice(device), new Crc32c());
    // Both slots, so that neither keeps a root of an earlier format.
    write(device, slots, root(format, geometry, 1));
    write(device, slots, root(format, geometry, 2));
  }

  private static Superblock root(StoreFormat format, LaneGeometry geometry, long generation) {
    List<StreamCursor> cursors =
        List.of(new StreamCursor(0, 1, 0), new StreamCursor(1, 2, 0), new StreamCursor(2, 3, 0));
    return new Superblock(
        generation,
        format.device(),
        format.cluster(),
        format.secret(),
        geometry,
        0,
        true,
        1,
        1,
        Pieces.NONE,
        cursors,
        ScrubTimes.NONE);
  }

  private static void write(BlockDevice device, SuperblockSlots slots, Superblock root)
      throws StoreOpenException {
    DeviceStatus status = slots.write(root);
    if (status != DeviceStatus.OK) {
      throw new StoreOpenException(
          "%s cannot be formatted: writing its superblock failed with %s"
              .formatted(device.name(), status));
    }
  }
}
