package io.ashlar.control;

import java.util.List;

/// The node and where it listens.
///
/// @param name the node's name
/// @param version of Ashlar
/// @param state `ready`, `starting`, `stopping` or `failed`
/// @param startedAt when the process began, ISO 8601
/// @param shards how many shards serve volumes
/// @param volumes how many volumes there are
/// @param endpoints where it listens
/// @param insecure whether hosts may connect without authentication from other machines
/// @param health what is out of order on the node and in its pool; empty if all is well
public record NodeInfo(
    String name,
    String version,
    String state,
    String startedAt,
    int shards,
    int volumes,
    List<Endpoint> endpoints,
    boolean insecure,
    List<HealthEntry> health) {
  public NodeInfo {
    endpoints = List.copyOf(endpoints);
    health = List.copyOf(health);
  }

  /// One listener.
  ///
  /// @param service `management`, `nvme-tcp`, `nvme-discovery` or `iscsi`
  /// @param address `address:port`
  public record Endpoint(String service, String address) {}
}
