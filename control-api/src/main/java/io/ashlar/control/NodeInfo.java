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
/// @param warnings sentences for the operator; empty if all is well
public record NodeInfo(
    String name,
    String version,
    String state,
    String startedAt,
    int shards,
    int volumes,
    List<Endpoint> endpoints,
    boolean insecure,
    List<String> warnings) {
  public NodeInfo {
    endpoints = List.copyOf(endpoints);
    warnings = List.copyOf(warnings);
  }

  /// One listener.
  ///
  /// @param service `management`, `nvme-tcp`, `nvme-discovery` or `iscsi`
  /// @param address `address:port`
  public record Endpoint(String service, String address) {}
}
