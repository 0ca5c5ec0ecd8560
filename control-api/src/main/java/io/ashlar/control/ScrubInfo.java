package io.ashlar.control;

import org.jspecify.annotations.Nullable;

/// How the pool's scrub stands: the reading of all that lives, so that damage is found while it can
/// still be mended from elsewhere.
///
/// @param state [#IDLE], [#BACKGROUND] or [#ASKED]
/// @param segment the segment that is being checked, or where the next pass goes on
/// @param segments how many the pool has
/// @param passes passes that ended since the daemon started
/// @param bytesRead since the daemon started
/// @param startedAt when the present pass began or went on, or the last one; null if none did since
///   the daemon started
/// @param endedAt when the last pass ended, before the daemon started maybe; null if none ever did
/// @param intervalSeconds how far apart passes begin by themselves; 0 for never
/// @param foundByPass what the present pass found, or the last one, since the daemon started
/// @param foundSinceStart what was found since the daemon started
public record ScrubInfo(
    String state,
    int segment,
    int segments,
    long passes,
    long bytesRead,
    @Nullable String startedAt,
    @Nullable String endedAt,
    long intervalSeconds,
    Findings foundByPass,
    Findings foundSinceStart) {
  /// No pass is under way.
  public static final String IDLE = "idle";

  /// A pass that began by itself is under way, slowly.
  public static final String BACKGROUND = "background";

  /// A pass that somebody asked for is under way.
  public static final String ASKED = "asked";

  /// What was found, each place once: again only if a pass found it mended meanwhile.
  ///
  /// @param damagedBlocks blocks of volumes that are not what was written; they are not served
  /// @param damagedPages index pages, checkpoints, superblocks and group headers that are not what
  ///   was written
  /// @param repairedPages of these, the ones that are written anew
  /// @param failedReads reads that the device refused
  public record Findings(
      long damagedBlocks, long damagedPages, long repairedPages, long failedReads) {
    public static final Findings NONE = new Findings(0, 0, 0, 0);
  }

  /// Whether a pass is under way.
  public boolean hasPassUnderWay() {
    return !state.equals(IDLE);
  }
}
