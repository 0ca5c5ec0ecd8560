package io.ashlar.core.offline;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import org.jspecify.annotations.Nullable;

/// What a salvage starts from.
///
/// @param root the newest sound superblock, or one rebuilt from group headers
/// @param sound how many of the two superblocks are
public record SalvageRoot(Superblock root, int sound) {
  /// Finds the shape of a device that may be damaged anywhere.
  ///
  /// @param segmentBytes the segments' size where no superblock tells it; 0 to find it out
  /// @return null if nothing on the device looks like a pool
  /// @throws UnsupportedFormatException if a superblock is of another version
  public static @Nullable SalvageRoot find(PolledDevice device, int segmentBytes)
      throws UnsupportedFormatException {
    SuperblockSlots slots = new SuperblockSlots(device, new Crc32c());
    Superblock best = null;
    int sound = 0;
    for (int copy = 0; copy < 2; copy++) {
      Superblock found = copy(slots, copy);
      if (found != null) {
        sound++;
        best = best == null || found.generation() > best.generation() ? found : best;
      }
    }
    if (best == null) {
      best = LostSuperblocks.rebuild(device, segmentBytes);
    }
    return best == null ? null : new SalvageRoot(best, sound);
  }

  private static @Nullable Superblock copy(SuperblockSlots slots, int copy)
      throws UnsupportedFormatException {
    try {
      return slots.copy(0, 1, copy);
    } catch (CorruptRecordException damaged) {
      return null;
    }
  }

  /// Segments that lie on the device as a whole: it may be a copy that ended early.
  int segmentsThere(long deviceBytes) {
    LaneGeometry geometry = root.geometry();
    long whole = (deviceBytes - geometry.headerAreaBytes()) / geometry.segmentBytes();
    return (int) Math.max(0, Math.min(geometry.segments(), whole));
  }
}
