package io.ashlar.control;

import java.util.List;

/// The node's pool: one device and what it holds.
///
/// @param device path of the device or file
/// @param driver how it is reached: `io_uring` or `file`
/// @param state `healthy`, `degraded` or `failed`
/// @param capacityBytes what the device can hold
/// @param usedBytes what segments in use take, garbage included
/// @param freeBytes what is free to write
/// @param provisionedBytes the sum of the volumes' sizes
/// @param mappedBytes the sum of what the volumes hold, as their hosts count it
/// @param storedBytes what those bytes take on the device after compression
/// @param dataReduction mapped by stored bytes; 1.0 while nothing is stored
/// @param indexBytes memory that the index takes now
/// @param indexBudgetBytes memory that the index may take
/// @param warnings sentences for the operator; empty if all is well
public record PoolInfo(
    String device,
    String driver,
    String state,
    long capacityBytes,
    long usedBytes,
    long freeBytes,
    long provisionedBytes,
    long mappedBytes,
    long storedBytes,
    double dataReduction,
    long indexBytes,
    long indexBudgetBytes,
    List<String> warnings) {
  public PoolInfo {
    warnings = List.copyOf(warnings);
  }
}
