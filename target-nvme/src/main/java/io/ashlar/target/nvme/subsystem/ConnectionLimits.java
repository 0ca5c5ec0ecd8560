package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;

/// How many connections are kept, and how long they may take.
///
/// @param connectionsMax connections of this node
/// @param connectionsPerAddressMax connections from one peer address
/// @param controllersPerHostMax controllers that one host may have in one subsystem
/// @param loginTimeoutMs from accept to the end of Connect
/// @param lingerMs how long a host has to hang up after the target ended the dialogue
public record ConnectionLimits(
    int connectionsMax,
    int connectionsPerAddressMax,
    int controllersPerHostMax,
    long loginTimeoutMs,
    long lingerMs) {
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(20_000, 16_384, 16, 10_000, 2_000);

  public ConnectionLimits {
    Check.that(connectionsMax >= 1, "at least one connection", connectionsMax);
    Check.that(
        connectionsPerAddressMax >= 1 && connectionsPerAddressMax <= connectionsMax,
        "connections of one address are connections",
        connectionsPerAddressMax,
        connectionsMax);
    Check.that(controllersPerHostMax >= 1, "at least one controller", controllersPerHostMax);
    Check.that(loginTimeoutMs >= 1 && lingerMs >= 1, "timeouts are positive");
  }
}
