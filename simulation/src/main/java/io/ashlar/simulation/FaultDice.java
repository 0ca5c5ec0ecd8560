package io.ashlar.simulation;

import io.ashlar.core.device.DeviceOperation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Decides which requests meet a fault: those that a test named, and the rest by chance.
final class FaultDice {
  private static final int MILLION = 1_000_000;

  private final SplittableRandom random;
  private final EnumMap<DiskFault, Integer> perMillion = new EnumMap<>(DiskFault.class);
  private final List<DiskFault> ordered = new ArrayList<>();

  FaultDice(SplittableRandom random) {
    this.random = random;
  }

  void rate(DiskFault fault, int requestsPerMillion) {
    perMillion.put(fault, requestsPerMillion);
  }

  void order(DiskFault fault) {
    ordered.add(fault);
  }

  @Nullable DiskFault draw(DeviceOperation operation) {
    for (Iterator<DiskFault> faults = ordered.iterator(); faults.hasNext(); ) {
      DiskFault fault = faults.next();
      if (fault.befalls(operation)) {
        faults.remove();
        return fault;
      }
    }
    for (DiskFault fault : DiskFault.values()) {
      int rate = perMillion.getOrDefault(fault, 0);
      if (rate > 0 && fault.befalls(operation) && random.nextInt(MILLION) < rate) {
        return fault;
      }
    }
    return null;
  }
}
