package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;
import java.util.UUID;

/// Somebody's decision to go on with what one member has, kept for those who ask later.
///
/// @param volume which lost what only others had
/// @param device the member that serves since then
/// @param epoch the first one after the loss
/// @param version the [ClusterState#version] that made it so
/// @param decision whose, and why
public record AcceptedLoss(
    VolumeId volume, UUID device, int epoch, long version, Decision decision) {
  /// A person's decision. The state cannot prove any of it: it is kept as it was told.
  ///
  /// @param who decided
  /// @param toldMillis when the caller says that was, in milliseconds since 1970
  /// @param why in the person's own words
  public record Decision(String who, long toldMillis, String why) {}
}
