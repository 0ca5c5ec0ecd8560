package io.ashlar.daemon.metrics;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.simulation.MemoryBlockVolume;

/// A metered volume is a volume like any other.
class MeteredVolumeContractTest extends BlockVolumeContract {
  private int made;

  @Override
  protected BlockVolume newVolume(VolumeGeometry geometry) {
    return new MeteredVolume(
        MemoryBlockVolume.numbered(made++, geometry), new VolumeCounters(), SystemClock.INSTANCE);
  }

  @Override
  protected void turn() {}
}
