package io.ashlar.simulation;

import io.ashlar.core.qos.QosLimits;
import io.ashlar.core.qos.ThrottledVolume;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;

/// A limited volume is still a volume.
class ThrottledVolumeContractTest {
  @Nested
  class Unlimited extends Contract {
    Unlimited() {
      super(QosLimits.UNLIMITED);
    }
  }

  @Nested
  class Limited extends Contract {
    Limited() {
      super(new QosLimits(1000, 1 << 20, 10));
    }
  }

  abstract static class Contract extends BlockVolumeContract {
    private final QosLimits limits;
    private final SimulatedClock clock = new SimulatedClock();
    private final List<MemoryBlockVolume> inner = new ArrayList<>();
    private final List<ThrottledVolume> volumes = new ArrayList<>();

    Contract(QosLimits limits) {
      this.limits = limits;
    }

    @Override
    protected BlockVolume newVolume(VolumeGeometry geometry) {
      MemoryBlockVolume named = MemoryBlockVolume.numbered(volumes.size(), geometry);
      inner.add(new MemoryBlockVolume(named.id(), geometry, CompletionMode.WHEN_RUN));
      ThrottledVolume volume = new ThrottledVolume(inner.getLast(), clock);
      volume.limits(limits);
      volumes.add(volume);
      return volume;
    }

    @Override
    protected void turn() {
      clock.advance(1_000_000);
      volumes.forEach(volume -> volume.doWork(clock.nanoTime()));
      inner.forEach(MemoryBlockVolume::runPending);
    }
  }
}
