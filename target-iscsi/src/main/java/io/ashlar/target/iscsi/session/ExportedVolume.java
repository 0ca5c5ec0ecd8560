package io.ashlar.target.iscsi.session;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.netty.channel.EventLoop;

/// One volume as one target: LUN 0 of `iqn.2026-11.io.ashlar:<volume-uuid>`.
///
/// @param id the volume's id, which may be read on any thread
/// @param volume the volume, which belongs to `shard`
/// @param shard the event loop that owns the volume
/// @param access who may use it
public record ExportedVolume(
    VolumeId id, BlockVolume volume, EventLoop shard, AccessPolicy access) {
  public static final String NAME_PREFIX = "iqn.2026-11.io.ashlar:";

  public String targetName() {
    return NAME_PREFIX + id;
  }
}
