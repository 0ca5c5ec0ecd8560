package io.ashlar.core.scrub;

import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.EntryFlyweight;

/// Hears of what a scrub finds, and repairs where there is another copy.
public interface ScrubListener {
  /// A block that a volume refers to is not what was written.
  ///
  /// @param entry the block's place and identity; valid during the call
  void onBlockDamaged(EntryFlyweight entry, long lba);

  /// A page of the index is not what was written.
  ///
  /// @param address its sector
  void onPageDamaged(int layer, int level, long page, long address);

  /// A piece of the newest checkpoint is not what was written.
  ///
  /// @param address its sector
  void onCheckpointDamaged(long address);

  /// A group's header is not what was written. The blocks that it named are found by the index, but
  /// not by this scrub.
  void onHeaderDamaged(int segment, int offset);

  /// The device refused to read.
  void onReadFailed(DeviceRequest read);
}
