package io.ashlar.target.nvme.subsystem;

import java.util.Set;

/// Which hosts may use a subsystem. Nobody, unless named or unless [#ANY] is chosen.
///
/// @param anyHost whether every host may, named or not
/// @param hostNqns the hosts that may, by NQN
public record HostAccess(boolean anyHost, Set<String> hostNqns) {
  public static final HostAccess NONE = new HostAccess(false, Set.of());
  public static final HostAccess ANY = new HostAccess(true, Set.of());

  public HostAccess {
    hostNqns = Set.copyOf(hostNqns);
  }

  /// Access for these hosts alone.
  public static HostAccess of(Set<String> hostNqns) {
    return new HostAccess(false, hostNqns);
  }

  public boolean allows(String hostNqn) {
    return anyHost || hostNqns.contains(hostNqn);
  }
}
