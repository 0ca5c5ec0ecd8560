package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeId;

/// What a proposer saw of a volume's group: if it is not so any more, its command is refused.
///
/// @param volume whose group
/// @param epoch [ReplicaGroup#epoch] as seen
/// @param setVersion [ReplicaGroup#version] as seen
public record GroupBasis(VolumeId volume, int epoch, long setVersion) {
  public static GroupBasis of(VolumeId volume, ReplicaGroup group) {
    return new GroupBasis(volume, group.epoch(), group.version());
  }
}
