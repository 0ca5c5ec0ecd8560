package io.ashlar.control;

import java.util.List;

/// The node's pool: one device and what it holds.
///
/// @param device path of the device or file
/// @param driver how it is reached: `io_uring` or `file`
/// @param state `healthy`, `degraded` or `failed`
/// @param deviceBytes size of the device's log
/// @param capacityBytes what sealed blocks may take of it; the rest is for cleaning and checkpoints
/// @param usedBytes what sealed blocks and the index's pages take, after compression
/// @param freeBytes what is left to write
/// @param provisionedBytes the sum of the volumes' sizes
/// @param writtenBytes what was written to the log since the daemon started, headers included
/// @param cleanedBytes what the cleaner copied since the daemon started
/// @param damagedBlocks blocks found not to be what was written since the daemon started
/// @param deviceErrors reads and writes that the device failed since the daemon started
/// @param indexBudgetBytes memory that the index may take
/// @param warnings sentences for the operator; empty if all is well
public record PoolInfo(
    String device,
    String driver,
    String state,
    long deviceBytes,
    long capacityBytes,
    long usedBytes,
    long freeBytes,
    long provisionedBytes,
    long writtenBytes,
    long cleanedBytes,
    long damagedBlocks,
    long deviceErrors,
    long indexBudgetBytes,
    List<String> warnings) {
  public PoolInfo {
    warnings = List.copyOf(warnings);
  }
}
