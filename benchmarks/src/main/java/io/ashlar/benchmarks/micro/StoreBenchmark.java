package io.ashlar.benchmarks.micro;

import io.ashlar.benchmarks.store.BenchStore;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What one 4 KiB block costs the store, from `submit` to its completion, on a device in memory and
/// with 32 requests under way. Appends overwrite blocks at random, so they bear their share of
/// checkpoints and cleaning.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StoreBenchmark {
  private static final int DEPTH = 32;
  private static final int BATCH = 4096;
  private static final long POOL_BYTES = 1L << 30;
  private static final long BLOCKS = (256L << 20) / BenchStore.BLOCK_BYTES;

  /// Whether blocks are compressed and encrypted.
  public enum Volume {
    PLAIN,
    SEALED
  }

  /// A full volume.
  abstract static class FullVolume {
    private final SplittableRandom random = new SplittableRandom(1);
    final LongSupplier anywhere = () -> random.nextLong(BLOCKS);
    private @Nullable MemoryBlockDevice device;
    private @Nullable BenchStore store;

    void open(Volume volume, StoreOptions options) throws StoreOpenException {
      MemoryBlockDevice opened = new MemoryBlockDevice("memory", POOL_BYTES, 128);
      device = opened;
      BenchStore.format(opened);
      BenchStore made = BenchStore.open(opened, BenchStore.Load.ofBlocks(DEPTH), options);
      store = made;
      switch (volume) {
        case PLAIN -> made.create(BLOCKS * BenchStore.BLOCK_BYTES);
        case SEALED -> made.createSealed(BLOCKS * BenchStore.BLOCK_BYTES);
      }
      long[] position = new long[1];
      made.write(BLOCKS, () -> position[0]++);
      made.settle();
    }

    BenchStore store() {
      BenchStore present = store;
      if (present == null) {
        throw new IllegalStateException("the volume is opened first");
      }
      return present;
    }

    void close() {
      MemoryBlockDevice present = device;
      if (present != null) {
        present.close();
      }
    }
  }

  /// The whole index fits its memory.
  @State(Scope.Thread)
  public static class Cached extends FullVolume {
    @Param public Volume volume = Volume.PLAIN;

    @Setup(Level.Trial)
    public void setUp() throws StoreOpenException {
      open(volume, StoreOptions.standard());
    }

    @TearDown(Level.Trial)
    public void tearDown() {
      close();
    }
  }

  /// An eighth of the index's leaves fit its memory.
  @State(Scope.Thread)
  public static class Uncached extends FullVolume {
    @Param public Volume volume = Volume.PLAIN;

    @Setup(Level.Trial)
    public void setUp() throws StoreOpenException {
      StoreOptions.Sizing small =
          new StoreOptions.Sizing(
              unit -> new IndexOptions(96, 16_384, 64, 256, 64, 32, 8192, 16, unit), 256, 4, 2, 2);
      open(volume, StoreOptions.standard().with(small));
    }

    @TearDown(Level.Trial)
    public void tearDown() {
      close();
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void append(Cached state) {
    state.store().write(BATCH, state.anywhere);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void readHit(Cached state) {
    state.store().read(BATCH, state.anywhere);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void readMiss(Uncached state) {
    state.store().read(BATCH, state.anywhere);
  }
}
