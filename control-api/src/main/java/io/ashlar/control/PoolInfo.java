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
/// @param damagedBlocks blocks and pages found not to be what was written since the daemon started;
///   pages that are written anew do not count
/// @param deviceErrors reads and writes that the device failed since the daemon started
/// @param reduction what compression and thinness save
/// @param memory what the node takes
/// @param scrub how the reading of all that lives stands, and what it found
/// @param smart the device's own word on its health
/// @param health what is out of order; empty if all is well
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
    Reduction reduction,
    Memory memory,
    ScrubInfo scrub,
    Smart smart,
    List<HealthEntry> health) {
  public PoolInfo {
    health = List.copyOf(health);
  }

  /// What is saved, in two steps: thinness stores nothing where nothing but zeroes was written,
  /// compression stores the rest in less.
  ///
  /// @param hostBytes blocks other than zeroes that were written since the daemon started, as hosts
  ///   see them; what a start replays of the log counts
  /// @param storedBytes what these took on the device
  /// @param compression `hostBytes` / `storedBytes`; 0 where nothing was written yet
  /// @param thinness what the volumes would take at that compression if they were full, divided by
  ///   `usedBytes`; 0 where nothing is used or the compression is not known
  public record Reduction(long hostBytes, long storedBytes, double compression, double thinness) {}

  /// What the node takes of the machine's memory.
  ///
  /// @param residentBytes of the whole process
  /// @param indexBytes of these, the index's, all taken at start
  /// @param residentMibPerTib `residentBytes` for each TiB of volumes; 0 where there is no volume
  /// @param indexMibPerTib `indexBytes` for each TiB of volumes; 0 where there is no volume
  /// @param indexPageHits index pages that were wanted and in memory since the daemon started
  /// @param indexPageMisses index pages that had to be read from the device first
  public record Memory(
      long residentBytes,
      long indexBytes,
      double residentMibPerTib,
      double indexMibPerTib,
      long indexPageHits,
      long indexPageMisses) {}

  /// The device's own log (SMART).
  ///
  /// @param available whether there is one
  /// @param source where it was read, or why there is none
  /// @param usedPercent of the rated life; may exceed 100; -1 where not known
  /// @param sparePercent spare blocks left; -1 where not known
  /// @param temperatureCelsius -1 where not known
  /// @param mediaErrors errors that the device found in its own data; -1 where not known
  /// @param warnings what it warns of, in words
  public record Smart(
      boolean available,
      String source,
      int usedPercent,
      int sparePercent,
      int temperatureCelsius,
      long mediaErrors,
      List<String> warnings) {
    public static final int UNKNOWN = -1;

    public Smart {
      warnings = List.copyOf(warnings);
    }

    /// A device that says nothing of itself.
    ///
    /// @param why a sentence's part: "a file has no SMART log"
    public static Smart none(String why) {
      return new Smart(false, why, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, List.of());
    }
  }
}
