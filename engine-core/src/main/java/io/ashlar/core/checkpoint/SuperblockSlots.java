package io.ashlar.core.checkpoint;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A lane's two superblock slots, used while nobody is served: at format, at start and by offline
/// tools.
public final class SuperblockSlots {
  private final PolledDevice device;
  private final Crc32c crc;
  private final UnsafeBuffer memory =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(Superblock.BYTES, 4096));

  private String lost = "";

  public SuperblockSlots(PolledDevice device, Crc32c crc) {
    this.device = device;
    this.crc = crc;
  }

  /// Reads both slots and returns the newer valid one.
  ///
  /// @return null if the device has none and never had: it is not formatted
  /// @throws CorruptRecordException if what is there cannot be believed, or the device cannot be
  ///   read
  public @Nullable Superblock newest(int lane, int lanes)
      throws CorruptRecordException, UnsupportedFormatException {
    Superblock best = null;
    CorruptRecordException complaint = null;
    int absent = -1;
    for (int copy = 0; copy < 2; copy++) {
      try {
        Superblock found = copy(lane, lanes, copy);
        if (found == null) {
          absent = copy;
        }
        if (found != null && (best == null || found.generation() > best.generation())) {
          best = found;
        }
      } catch (CorruptRecordException e) {
        complaint = e;
      }
    }
    if (best == null && complaint != null) {
      throw complaint;
    }
    if (best != null && absent >= 0) {
      complaint = new CorruptRecordException("no superblock at " + place(lane, lanes, absent));
    }
    lost = complaint == null ? "" : String.valueOf(complaint.getMessage());
    return best;
  }

  /// Reads one copy, 0 or 1.
  ///
  /// @return null if nothing there says that it is a superblock
  /// @throws CorruptRecordException if what is there cannot be believed, does not belong there, or
  ///   cannot be read
  public @Nullable Superblock copy(int lane, int lanes, int copy)
      throws CorruptRecordException, UnsupportedFormatException {
    long offset = LaneGeometry.slotOffset(lane, lanes, copy);
    String place = place(lane, lanes, copy);
    DeviceStatus status = device.read(offset, Superblock.BYTES, memory.addressOffset());
    if (status != DeviceStatus.OK) {
      throw new CorruptRecordException("reading failed with %s at %s".formatted(status, place));
    }
    Superblock found = Superblock.decode(memory, 0, crc, place);
    boolean belongs =
        found == null
            || (found.geometry().lane() == lane
                && found.geometry().lanes() == lanes
                && offsetOf(found) == offset);
    if (!belongs) {
      throw new CorruptRecordException("superblock of another place at " + place);
    }
    return found;
  }

  /// The format version of the copy that was read last, if it was a superblock.
  public int formatVersion() {
    return Superblock.formatVersion(memory, 0);
  }

  private String place(int lane, int lanes, int copy) {
    long offset = LaneGeometry.slotOffset(lane, lanes, copy);
    return "device %s superblock %s of lane %d, offset %d"
        .formatted(device.device().name(), copy == 0 ? "A" : "B", lane, offset);
  }

  /// What [#newest] found wrong with the other copy, as a sentence; empty if nothing.
  public String lost() {
    return lost;
  }

  /// Writes `root` durably into the slot that its generation chooses.
  public DeviceStatus write(Superblock root) {
    root.encode(memory, 0, crc);
    return device.writeDurable(offsetOf(root), Superblock.BYTES, memory.addressOffset());
  }

  /// The slot for a root: generations take turns.
  public static long offsetOf(Superblock root) {
    LaneGeometry geometry = root.geometry();
    return LaneGeometry.slotOffset(geometry.lane(), geometry.lanes(), (int) root.generation() & 1);
  }
}
