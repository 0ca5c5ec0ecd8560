package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;

/// The one ANA group of a subsystem as this node sees it.
///
/// @param id 1 or higher
/// @param changeCount how often the state changed; hosts compare it
public record AnaGroup(int id, AnaState state, long changeCount) {
  public static final int ID_MAX = 1;

  /// The only path there is.
  public static final AnaGroup SOLE = new AnaGroup(1, AnaState.OPTIMIZED, 0);

  public AnaGroup {
    Check.that(id >= 1 && id <= ID_MAX, "an ANA group's id is 1", id);
    Check.that(changeCount >= 0, "a change count does not run backwards", changeCount);
  }
}
