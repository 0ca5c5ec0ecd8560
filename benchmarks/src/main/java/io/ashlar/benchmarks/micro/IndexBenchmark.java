package io.ashlar.benchmarks.micro;

import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.EntryBatch;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.index.LookupResult;
import io.ashlar.core.index.PageIo;
import io.ashlar.core.index.PageRead;
import io.ashlar.core.index.PageWrite;
import io.ashlar.core.index.SpaceLedger;
import io.ashlar.core.index.Waiter;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Where a block is: one lookup at random, all pages in memory. With the changes of the last
/// checkpoint's time in the delta table, or with all of it in the tree.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class IndexBenchmark {
  private static final int SECTOR_BYTES = 512;
  private static final int ALIGNMENT_BYTES = 4096;
  private static final int LAYER = 1;
  private static final long MEMORY_BYTES = 128L << 20;
  private static final int MERGE_BUDGET = 64;

  /// Blocks of the volume: 256 MiB and 8 GiB.
  @Param({"65536", "2097152"})
  public long blocks = 65_536;

  /// How much of the volume was overwritten since the last checkpoint.
  @Param({"0", "5"})
  public int percentInDelta;

  private final Pages pages = new Pages();
  private final BlockIndex index =
      new BlockIndex(IndexOptions.forBudget(MEMORY_BYTES, ALIGNMENT_BYTES), pages, new NoLedger());
  private final EntryFlyweight entry =
      new EntryFlyweight().wrap(new UnsafeBuffer(new byte[EntryFlyweight.BYTES]), 0);
  private final EntryBatch batch = new EntryBatch();
  private final Waiter waiter =
      new Waiter() {
        @Override
        public void onIndexProgress() {}
      };
  private final SplittableRandom random = new SplittableRandom(1);
  private long writeId;

  @Setup
  public void setUp() {
    index.addLayer(LAYER, blocks);
    for (long lba = 0; lba < blocks; lba++) {
      put(lba);
    }
    checkpoint();
    for (long i = 0; i < blocks * percentInDelta / 100; i++) {
      put(random.nextLong(blocks));
    }
    for (long lba = 0; lba < blocks; lba++) {
      lookUp(lba);
    }
  }

  private void put(long lba) {
    if (!index.hasRoom(1, 0)) {
      checkpoint();
    }
    writeId++;
    entry.clear().identity(LAYER, writeId).content(1, 512, 0, 0).place(writeId, 1, 1);
    index.put(LAYER, lba, entry);
  }

  private void checkpoint() {
    index.freeze();
    while (!index.isMerged()) {
      index.mergeStep(MERGE_BUDGET);
      pages.completeReads();
      index.doWork();
    }
    index.onCheckpointDurable();
  }

  private void lookUp(long lba) {
    LookupResult result = index.lookup(LAYER, lba, 1, batch, waiter);
    while (result == LookupResult.PENDING) {
      pages.completeReads();
      index.doWork();
      result = index.lookup(LAYER, lba, 1, batch, waiter);
    }
    if (result != LookupResult.FOUND) {
      throw new IllegalStateException("a lookup ended with " + result);
    }
  }

  @Benchmark
  public long lookup() {
    lookUp(random.nextLong(blocks));
    return batch.entry(0, entry).writeId();
  }

  /// A device that keeps pages in a map and completes reads when asked to.
  private static final class Pages implements PageIo {
    private final Long2ObjectHashMap<byte[]> byAddress = new Long2ObjectHashMap<>();
    private final ArrayDeque<PageRead> reads = new ArrayDeque<>();
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private long nextAddress = 1L << 32;

    @Override
    public boolean readPage(PageRead read) {
      reads.add(read);
      return true;
    }

    @Override
    public boolean holds(long address, int units) {
      return true;
    }

    @Override
    public boolean holdsPage(long address, int units) {
      return true;
    }

    @Override
    public boolean appendPage(PageWrite write) {
      byte[] bytes = new byte[write.lengthBytes];
      write.bytes.getBytes(0, bytes);
      byAddress.put(nextAddress, bytes);
      write.placed(nextAddress, 1);
      nextAddress += write.lengthBytes / SECTOR_BYTES;
      return true;
    }

    void completeReads() {
      for (PageRead read = reads.poll(); read != null; read = reads.poll()) {
        byte[] bytes = byAddress.get(read.address);
        target.wrap(read.memoryAddress, read.units * SECTOR_BYTES);
        target.putBytes(0, bytes, 0, Math.min(bytes.length, target.capacity()));
        read.complete(true);
      }
    }
  }

  /// Counts nothing: space is not what is measured.
  private static final class NoLedger implements SpaceLedger {
    @Override
    public void treeAdded(long address, int generation, int units) {}

    @Override
    public void treeRemoved(long address, int generation, int units) {}

    @Override
    public void deltaAdded(long address, int generation, int units) {}

    @Override
    public void deltaRemoved(long address, int generation, int units) {}
  }
}
