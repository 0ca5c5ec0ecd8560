package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.netty.channel.EventLoop;

/// One exported volume: an NVM subsystem with a single namespace.
///
/// @param volume used on `shard`'s thread alone
/// @param shard the event loop that owns the volume; its connections move there
public record Subsystem(
    VolumeId volumeId, BlockVolume volume, EventLoop shard, HostAccess access, AnaGroup ana) {
  /// The only namespace's id.
  public static final int NAMESPACE_ID = 1;

  /// What all of Ashlar's subsystem names start with; the volume's UUID follows.
  public static final String NQN_PREFIX = "nqn.2026-11.io.ashlar:";

  /// The well-known name of every discovery subsystem.
  public static final String DISCOVERY_NQN = "nqn.2014-08.org.nvmexpress.discovery";

  public String nqn() {
    return NQN_PREFIX + volumeId;
  }

  /// The same export with its path in another state.
  public Subsystem withAna(AnaGroup next) {
    return new Subsystem(volumeId, volume, shard, access, next);
  }
}
