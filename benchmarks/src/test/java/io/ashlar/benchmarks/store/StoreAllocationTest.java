package io.ashlar.benchmarks.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ashlar.benchmarks.store.BenchStore.Load;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the store's thread allocates per block read or written, down to the device: nothing, with
/// encryption and compression, checkpoints and cleaning included.
class StoreAllocationTest {
  private static final int DEPTH = 16;
  private static final long POOL_BYTES = 256L << 20;
  private static final long BLOCKS = (128L << 20) / BenchStore.BLOCK_BYTES;
  private static final long HOT_BLOCKS = 64;
  private static final long ROUNDS = 100_000;

  /// The JVM's own doings on the thread (a recompiled method, a profiler's sample) may cost some.
  private static final double BYTES_PER_IO_MAX = 1;

  private static final int TRIES = 6;

  @TempDir private Path directory;

  /// What the pool is.
  enum Pool {
    MEMORY,
    FILE
  }

  @ParameterizedTest
  @EnumSource
  void shouldAllocateNothingPerBlock(Pool pool) throws Exception {
    try (LocalBlockDevice device = open(pool)) {
      BenchStore.format(device);
      BenchStore bench = BenchStore.open(device, Load.ofBlocks(DEPTH), smallIndex());
      bench.createSealed(BLOCKS * BenchStore.BLOCK_BYTES);
      long[] position = new long[1];
      bench.write(BLOCKS, () -> position[0]++);
      SplittableRandom random = new SplittableRandom(1);
      LongSupplier anywhere = () -> random.nextLong(BLOCKS);
      LongSupplier hot = () -> random.nextLong(HOT_BLOCKS);
      bench.write(2 * ROUNDS, anywhere);
      bench.read(ROUNDS, anywhere);
      check("write", () -> bench.write(ROUNDS, anywhere));
      bench.settle();
      bench.read(ROUNDS, hot);
      long loads = bench.store.statistics().index().pagesLoaded();
      check("read with its index page in memory", () -> bench.read(ROUNDS, hot));
      long hits = bench.store.statistics().index().pagesLoaded() - loads;
      check("read with its index page on the device", () -> bench.read(ROUNDS, anywhere));
      long misses = bench.store.statistics().index().pagesLoaded() - loads - hits;
      // The cleaner may go on for a while, and loads pages too.
      assertThat(hits).as("pages loaded by hits").isLessThan(ROUNDS / 10);
      assertThat(misses).as("pages loaded by misses").isGreaterThan(ROUNDS / 4);
    }
  }

  private LocalBlockDevice open(Pool pool) throws Exception {
    return switch (pool) {
      case MEMORY -> new MemoryBlockDevice("memory", POOL_BYTES, 128);
      case FILE ->
          BlockDevices.open(
                  directory.resolve("pool"),
                  DeviceOptions.DEFAULT.creating(POOL_BYTES, Preallocation.RESERVED))
              .device();
    };
  }

  /// An index that holds a part of the volume's leaves.
  private static StoreOptions smallIndex() {
    return StoreOptions.standard()
        .with(
            new StoreOptions.Sizing(
                unit -> new IndexOptions(64, 16_384, 64, 256, 64, 16, 8192, 16, unit),
                64,
                4,
                2,
                2));
  }

  /// Whatever allocates per block does so in every round. The first rounds may allocate for as long
  /// as the JVM has not compiled the code to the end, which takes longer the busier the machine is.
  private static void check(String what, Runnable blocks) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < TRIES && least >= BYTES_PER_IO_MAX * ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      blocks.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least / (double) ROUNDS)
        .as("bytes per %s, of %d in the best of %d rounds", what, least, TRIES)
        .isLessThan(BYTES_PER_IO_MAX);
  }
}
