package io.ashlar.target.nvme;

/// What a listening socket is for. Every socket serves both; only some are told to hosts.
public enum ListenerRole {
  /// Subsystems are reached here: discovery tells hosts so. 4420 by custom.
  IO,
  /// Hosts ask here what there is. 8009 by custom.
  DISCOVERY
}
