package io.ashlar.daemon.node;

import io.ashlar.control.PoolInfo;
import io.ashlar.core.store.StoreStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the process takes of the machine's memory.
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";
  private static final double MIB = 1L << 20;
  private static final double TIB = 1L << 40;

  private ProcessMemory() {}

  /// @param store whose index is a part of it
  /// @param provisionedBytes the sum of the volumes' sizes
  static PoolInfo.Memory of(StoreStatistics store, long provisionedBytes) {
    long resident = residentBytes();
    long indexBytes = store.indexMemoryBytes();
    return new PoolInfo.Memory(
        resident,
        indexBytes,
        mibPerTib(resident, provisionedBytes),
        mibPerTib(indexBytes, provisionedBytes),
        store.index().pageHits(),
        store.index().pageMisses());
  }

  static double mibPerTib(long bytes, long provisionedBytes) {
    return provisionedBytes == 0 ? 0 : bytes / MIB / (provisionedBytes / TIB);
  }

  /// Resident memory; 0 where the system does not say.
  private static long residentBytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException unknown) {
      return 0;
    }
  }
}
