package io.ashlar.replication.pipeline;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;

/// A volume with three replicas passes what every volume must.
class PrimaryVolumeContractTest extends BlockVolumeContract {
  private final PipelineRig cluster = new PipelineRig(1);
  private int layers;

  @Override
  protected BlockVolume newVolume(VolumeGeometry geometry) {
    layers++;
    VolumeEntry entry = cluster.create(layers, geometry.sizeBytes(), geometry.logicalBlockBytes());
    return cluster.lead(entry.layer(), 1, 10 + layers);
  }

  @Override
  protected void turn() {
    cluster.turn();
  }
}
