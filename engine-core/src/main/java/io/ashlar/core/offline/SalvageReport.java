package io.ashlar.core.offline;

import java.util.List;

/// What a salvage found.
///
/// @param soundSuperblocks 0 to 2
/// @param checkpoint the number of the one that was used; -1 if none can be read
/// @param isNamed whether a superblock names that checkpoint, so that it is known which groups of
///   the log must be there
/// @param segments that were scanned
/// @param segmentsMissing that the device is too short for
/// @param groups that were read
/// @param groupsWithDamage among them, those with a damaged payload
/// @param groupsMissing known to have been durable after the checkpoint, and nowhere to be found
/// @param unreadableBytes in segments, between groups or refused by the device
public record SalvageReport(
    int soundSuperblocks,
    long checkpoint,
    boolean isNamed,
    int segments,
    int segmentsMissing,
    long groups,
    long groupsWithDamage,
    long groupsMissing,
    long unreadableBytes,
    List<SalvagedVolume> volumes) {
  /// Whether every volume was copied whole, and nothing that was acked may be missing.
  public boolean isComplete() {
    return groupsMissing == 0
        && segmentsMissing == 0
        && (isNamed || checkpoint < 0 || unreadableBytes == 0)
        && volumes.stream().allMatch(each -> !each.isLocked() && each.ranges().isEmpty());
  }
}
