package io.ashlar.benchmarks.store;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreStatistics;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// Write amplification of the cleaner, and what it costs hosts: fills a part of the pool once, then
/// overwrites it, and counts what the device was given for what hosts wrote.
///
/// Data counts hosts' blocks and the blocks that the cleaner moved; metadata is everything else
/// that goes to the log. Times of requests and of the store's steps are of the first writes, when
/// there is nothing to clean yet, and of the overwrites.
public final class CleaningBench {
  private static final int DEPTH = 32;
  private static final long SEED = Long.getLong("seed", 1);

  private CleaningBench() {}

  /// @param args pool size in MiB (1024), percent full (75), overwrites as a multiple of the data
  ///   (4), pool file, made anew or overwritten (without one the pool is memory)
  public static void main(String[] args) throws StoreOpenException, DeviceOpenException {
    long poolMiB = args.length > 0 ? Long.parseLong(args[0]) : 1024;
    int percent = args.length > 1 ? Integer.parseInt(args[1]) : 75;
    double overwrites = args.length > 2 ? Double.parseDouble(args[2]) : 4;
    System.out.printf(
        "%-12s %10s %10s %10s %12s %10s%n",
        "workload", "data WA", "meta share", "total WA", "checkpoints", "writes/s");
    for (int hotPercent : new int[] {0, 90}) {
      try (BlockDevice device = open(args, poolMiB << 20)) {
        run(device, percent, overwrites, hotPercent);
      }
    }
  }

  private static BlockDevice open(String[] args, long bytes) throws DeviceOpenException {
    if (args.length <= 3) {
      return new MemoryBlockDevice("memory", bytes, 128);
    }
    DeviceOptions options = DeviceOptions.DEFAULT.creating(bytes, Preallocation.RESERVED);
    return BlockDevices.open(Path.of(args[3]), options).device();
  }

  private static void run(BlockDevice device, int percent, double overwrites, int hotPercent)
      throws StoreOpenException {
    String name = hotPercent == 0 ? "uniform" : hotPercent + "/" + (100 - hotPercent);
    BenchStore.format(device);
    BenchStore bench = BenchStore.open(device, DEPTH);
    long blocks = device.geometry().sizeBytes() / 100 * percent / BenchStore.BLOCK_BYTES;
    bench.create(blocks * BenchStore.BLOCK_BYTES);
    SplittableRandom random = new SplittableRandom(SEED);
    LongSupplier next =
        hotPercent == 0 ? () -> random.nextLong(blocks) : () -> skewed(random, blocks, hotPercent);
    // The JVM compiles what it runs during the first part.
    bench.write(blocks / 8, next);
    StoreTimings alone = bench.measure();
    bench.write(blocks / 4, next);
    long[] position = new long[1];
    bench.write(blocks, () -> position[0]++);
    // The first round brings the pool into its steady state and is not counted.
    bench.write((long) (blocks * overwrites / 2), next);
    long start = System.nanoTime();
    StoreStatistics before = bench.store.statistics();
    long counted = (long) (blocks * overwrites);
    StoreTimings cleaning = bench.measure();
    bench.write(counted, next);
    StoreStatistics after = bench.store.statistics();
    double seconds = (System.nanoTime() - start) / 1e9;
    double user = (double) counted * BenchStore.BLOCK_BYTES;
    double moved = after.movedBytes() - before.movedBytes();
    double log = after.logBytesWritten() - before.logBytesWritten();
    System.out.printf(
        "%-12s %10.2f %9.0f%% %10.2f %12d %10.0f%n",
        name,
        (user + moved) / user,
        100 * (log - user - moved) / log,
        log / user,
        after.checkpoints() - before.checkpoints(),
        counted / seconds);
    System.out.println("  nothing to clean: " + alone.text());
    System.out.println("  cleaning:         " + cleaning.text());
  }

  /// So many percent of the writes go to the rest of the blocks: 90 to 10, for example.
  private static long skewed(SplittableRandom random, long blocks, int hotPercent) {
    long hot = blocks * (100 - hotPercent) / 100;
    return random.nextInt(100) < hotPercent
        ? random.nextLong(hot)
        : hot + random.nextLong(blocks - hot);
  }
}
