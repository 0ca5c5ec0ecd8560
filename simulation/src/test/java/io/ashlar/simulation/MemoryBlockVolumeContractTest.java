package io.ashlar.simulation;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;

class MemoryBlockVolumeContractTest {
  @Nested
  class AtOnce extends BlockVolumeContract {
    private int volumes;

    @Override
    protected BlockVolume newVolume(VolumeGeometry geometry) {
      return MemoryBlockVolume.numbered(volumes++, geometry);
    }

    @Override
    protected void turn() {}
  }

  @Nested
  class WhenRun extends BlockVolumeContract {
    private final List<MemoryBlockVolume> volumes = new ArrayList<>();

    @Override
    protected BlockVolume newVolume(VolumeGeometry geometry) {
      MemoryBlockVolume named = MemoryBlockVolume.numbered(volumes.size(), geometry);
      volumes.add(new MemoryBlockVolume(named.id(), geometry, CompletionMode.WHEN_RUN));
      return volumes.getLast();
    }

    @Override
    protected void turn() {
      volumes.forEach(MemoryBlockVolume::runPending);
    }
  }
}
