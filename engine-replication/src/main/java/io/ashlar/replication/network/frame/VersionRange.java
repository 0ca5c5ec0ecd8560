package io.ashlar.replication.network.frame;

import io.ashlar.core.base.Check;

/// The protocol versions that a node speaks. A release speaks its own and the one before, so that
/// nodes are upgraded one by one.
public record VersionRange(int oldest, int newest) {
  /// No two nodes have a version in common.
  public static final int NONE = 0;

  /// What this release speaks. There is one version so far.
  public static final VersionRange SUPPORTED = new VersionRange(1, 1);

  private static final int VERSION_MAX = 0xFF;

  public VersionRange {
    Check.that(oldest > NONE && oldest <= newest, "versions in order", oldest, newest);
    Check.that(newest <= VERSION_MAX, "a version fits a byte", newest);
  }

  /// The newest that both speak, or [#NONE].
  public int agree(VersionRange other) {
    int newestOfBoth = Math.min(newest, other.newest);
    return newestOfBoth >= Math.max(oldest, other.oldest) ? newestOfBoth : NONE;
  }

  static boolean isSound(int oldest, int newest) {
    return oldest > NONE && oldest <= newest && newest <= VERSION_MAX;
  }

  @Override
  public String toString() {
    return oldest == newest ? "version " + oldest : "versions " + oldest + " to " + newest;
  }
}
