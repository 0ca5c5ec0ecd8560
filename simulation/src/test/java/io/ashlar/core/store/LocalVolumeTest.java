package io.ashlar.core.store;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;

/// The real volume passes what every volume must: plain ones, on 512-byte units.
class LocalVolumeTest extends BlockVolumeContract {
  private final StoreRig rig = StoreRig.fresh(96, 512, 1);
  private int layers;

  @Override
  protected BlockVolume newVolume(VolumeGeometry geometry) {
    layers++;
    VolumeEntry entry =
        rig.entry(
            layers,
            geometry.sizeBytes(),
            geometry.logicalBlockBytes(),
            VolumeEntry.COMPRESSION_LZ4,
            layers % 2 == 0);
    return rig.create(entry);
  }

  @Override
  protected void turn() {
    rig.turn();
  }
}
