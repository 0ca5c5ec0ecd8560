package io.ashlar.benchmarks.store;

import io.ashlar.core.store.StoreOpenException;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Time from opening a device to serving, after so much was written to it since it was formatted
/// and nothing was closed in order.
public final class RestartBench {
  private static final int DEPTH = 128;
  private static final int RUNS = 5;

  private RestartBench() {}

  /// @param args pool file (made anew), GiB to write (10)
  public static void main(String[] args) throws StoreOpenException, DeviceOpenException {
    Path file = Path.of(args[0]);
    long blocks = (args.length > 1 ? Long.parseLong(args[1]) : 10) * (1L << 30) / 4096;
    DeviceOptions create =
        DeviceOptions.DEFAULT.creating(blocks * 4096 / 4 * 5, DeviceOptions.Preallocation.SPARSE);
    try (LocalBlockDevice device = BlockDevices.open(file, create).device()) {
      BenchStore.format(device);
      BenchStore bench = BenchStore.open(device, DEPTH);
      bench.create(blocks * 4096);
      SplittableRandom random = new SplittableRandom(1);
      bench.write(blocks, () -> random.nextLong(blocks));
    }
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      try (LocalBlockDevice device = BlockDevices.open(file, DeviceOptions.DEFAULT).device()) {
        BenchStore.open(device, 1);
        System.out.printf("open to serving: %d ms%n", (System.nanoTime() - start) / 1_000_000);
      }
    }
  }
}
