package io.ashlar.benchmarks.store;

import io.ashlar.benchmarks.store.BenchStore.Contents;
import io.ashlar.benchmarks.store.BenchStore.Load;
import io.ashlar.core.index.IndexStatistics;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.store.StoreStatistics;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// What a large volume, written at random from end to end, costs with a small index: writes every
/// block once in random order, opens the pool anew, then reads and overwrites single blocks
/// anywhere.
///
/// The blocks of the first round are zeroes, which take a place in the log and in the index as any
/// do, but no payload: so a pool of some tens of GiB holds the index of 1 TiB.
public final class IndexBench {
  private static final int DEPTH = 32;
  private static final int FILL_BLOCKS = 16;
  private static final long ROUND = 300_000;

  private IndexBench() {}

  /// @param args pool file (made anew), volume size in GiB, a power of two (1024), pool size in GiB
  ///   (40), index budget in MiB (64)
  public static void main(String[] args) throws StoreOpenException, DeviceOpenException {
    Path file = Path.of(args[0]);
    long blocks = argument(args, 1, 1024) << 18;
    long poolBytes = argument(args, 2, 40) << 30;
    StoreOptions options =
        StoreOptions.standard()
            .with(StoreOptions.Sizing.standard(argument(args, 3, 64) * 1024 * 1024));
    DeviceOptions create = DeviceOptions.DEFAULT.creating(poolBytes, Preallocation.SPARSE);
    try (LocalBlockDevice device = BlockDevices.open(file, create).device()) {
      BenchStore.format(device);
      Load fill = new Load(2 * DEPTH, FILL_BLOCKS, Contents.ZEROES);
      fill(BenchStore.open(device, fill, options), blocks);
    }
    try (LocalBlockDevice device = BlockDevices.open(file, DeviceOptions.DEFAULT).device()) {
      long start = System.nanoTime();
      BenchStore bench = BenchStore.open(device, Load.ofBlocks(DEPTH), options);
      System.out.printf("open to serving: %d ms%n", (System.nanoTime() - start) / 1_000_000);
      use(bench, blocks);
    }
  }

  private static long argument(String[] args, int index, long otherwise) {
    return args.length > index ? Long.parseLong(args[index]) : otherwise;
  }

  private static void fill(BenchStore bench, long blocks) {
    bench.create(blocks * BenchStore.BLOCK_BYTES);
    long chunks = blocks / FILL_BLOCKS;
    Scattered order = new Scattered(chunks);
    LongSupplier next = () -> order.next() * FILL_BLOCKS;
    for (int part = 1; part <= 8; part++) {
      phase("fill to %d %%".formatted(part * 100 / 8), bench, () -> bench.write(chunks / 8, next));
    }
    bench.settle();
    StoreStatistics now = bench.store.statistics();
    System.out.printf(
        "index: %d MiB in the pool, %d MiB of memory%n",
        now.usedBytes() >> 20, now.indexMemoryBytes() >> 20);
  }

  private static void use(BenchStore bench, long blocks) {
    SplittableRandom random = new SplittableRandom(1);
    LongSupplier anywhere = () -> random.nextLong(blocks);
    phase("reads", bench, () -> bench.read(ROUND, anywhere));
    phase("reads again", bench, () -> bench.read(ROUND, anywhere));
    phase("overwrites", bench, () -> bench.write(ROUND, anywhere));
    phase("overwrites on", bench, () -> bench.write(ROUND, anywhere));
    phase("reads after", bench, () -> bench.read(ROUND, anywhere));
    phase("settle", bench, bench::settle);
  }

  private static void phase(String name, BenchStore bench, Runnable work) {
    IndexStatistics index = bench.store.statistics().index();
    long loaded = index.pagesLoaded();
    long merged = index.pagesMerged();
    long ended = bench.ended();
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    IndexStatistics after = bench.store.statistics().index();
    System.out.printf(
        "%-14s %9.0f requests/s, %d pages loaded, %d merged, %.1f s%n",
        name,
        (bench.ended() - ended) / seconds,
        after.pagesLoaded() - loaded,
        after.pagesMerged() - merged,
        seconds);
  }

  /// The numbers below a power of two, each once, in an order without neighbours: an odd multiplier
  /// and a shift that folds the high bits into the low ones are one-to-one.
  private static final class Scattered {
    private final long mask;
    private final int shift;
    private long count;

    Scattered(long size) {
      if (Long.bitCount(size) != 1) {
        throw new IllegalArgumentException("The volume's size is no power of two.");
      }
      mask = size - 1;
      shift = Math.max(1, Long.numberOfTrailingZeros(size) / 2);
    }

    long next() {
      long value = count++ & mask;
      value = value * 0x9E3779B97F4A7C15L & mask;
      value ^= value >>> shift;
      value = value * 0xD1B54A32D192ED03L & mask;
      return value ^ value >>> shift;
    }
  }
}
