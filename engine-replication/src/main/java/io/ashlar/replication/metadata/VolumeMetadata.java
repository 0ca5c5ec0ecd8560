package io.ashlar.replication.metadata;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;

/// A volume, but for its blocks.
///
/// @param id its identity for ever
/// @param name unique in the cluster
/// @param geometry its shape as hosts see it
/// @param layer its writable layer
/// @param settings what may be changed at any time
/// @param phase how far its creation or deletion got
public record VolumeMetadata(
    VolumeId id,
    String name,
    VolumeGeometry geometry,
    LayerMetadata layer,
    VolumeSettings settings,
    VolumePhase phase) {
  public VolumeMetadata with(VolumeGeometry next) {
    return new VolumeMetadata(id, name, next, layer, settings, phase);
  }

  public VolumeMetadata with(LayerMetadata next) {
    return new VolumeMetadata(id, name, geometry, next, settings, phase);
  }

  public VolumeMetadata with(VolumeSettings next) {
    return new VolumeMetadata(id, name, geometry, layer, next, phase);
  }

  public VolumeMetadata with(VolumePhase next) {
    return new VolumeMetadata(id, name, geometry, layer, settings, next);
  }
}
