package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How long hosts' writes wait while the cleaner works, in the time of the simulation: a pool of 4
/// KiB blocks, three quarters full, is overwritten at random by 32 writers.
class WritesBesideCleanerTest {
  private static final int BLOCK = 4096;
  private static final int SEGMENT_BYTES = 1 << 20;
  private static final int SEGMENTS = 128;
  private static final int BLOCKS = SEGMENTS * (SEGMENT_BYTES / BLOCK) * 3 / 4;
  private static final int DEPTH = 32;
  private static final int WRITES = BLOCKS;
  private static final long TURN_NS = 10_000;
  private static final long MILLISECOND = 1_000_000;
  private static final UUID VOLUME = new UUID(1, 1);

  private final SimulatedClock clock = new SimulatedClock();
  private final SplittableRandom random = new SplittableRandom(4);
  private final BlockRequest[] requests = new BlockRequest[DEPTH];
  private final long[] dueNs = new long[DEPTH];
  private final boolean[] isBusy = new boolean[DEPTH];
  private final long[] latencies = new long[WRITES];
  private final LogStore store = open();
  private final BlockVolume volume = Check.present(store.volume(new VolumeId(VOLUME)), "made");
  private int ended;

  private LogStore open() {
    long bytes = SEGMENT_BYTES * (SEGMENTS + 1L);
    SimulatedBlockDevice disk =
        new SimulatedBlockDevice(
            "disk",
            SimulatedDiskOptions.ofSize(bytes, 1)
                .withGeometry(new DeviceGeometry(bytes, BLOCK, 64, true)),
            clock);
    StoreOptions.Sizing sizing = StoreOptions.Sizing.standard(8L << 20);
    try {
      LogStore.format(disk, new StoreFormat(new UUID(3, 1), new UUID(1, 2), 4711, SEGMENT_BYTES));
      LogStore opened =
          LogStore.open(
              disk,
              new StoreOptions(null, sizing, 2, 512L << 20),
              clock,
              StoreRig.keyProvider(),
              trouble -> {
                throw new AssertionError(trouble);
              });
      disk.latency(80_000, 120_000);
      boolean[] isMade = new boolean[1];
      VolumeEntry entry =
          new VolumeEntry(
              VOLUME,
              1,
              BLOCK,
              (long) BLOCKS * BLOCK,
              VolumeEntry.COMPRESSION_NONE,
              false,
              "v",
              new byte[0]);
      opened.createVolume(entry, status -> isMade[0] = status == BlockStatus.OK);
      while (!isMade[0]) {
        clock.advance(TURN_NS);
        opened.doWork(clock.nanoTime());
      }
      return opened;
    } catch (StoreOpenException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void fill() {
    for (int i = 0; i < DEPTH; i++) {
      int slot = i;
      byte[] noise = new byte[BLOCK];
      random.nextBytes(noise);
      requests[i] =
          new BlockRequest(done -> {
            assertThat(done.status).isEqualTo(BlockStatus.OK);
            isBusy[slot] = false;
            latencies[ended++] = clock.nanoTime() - dueNs[slot];
          });
      requests[i].operation = BlockOperation.WRITE;
      requests[i].data.wrap(ByteBuffer.allocateDirect(BLOCK).put(0, noise));
      requests[i].lengthBytes = BLOCK;
    }
    long[] next = new long[1];
    write(BLOCKS, 0, () -> next[0]++);
    write(WRITES, 0, () -> random.nextLong(BLOCKS));
  }

  /// @param everyNs how far apart writes are due; 0 for as fast as they go
  private void write(int count, long everyNs, LongSupplier block) {
    ended = 0;
    long due = clock.nanoTime();
    int submitted = 0;
    while (ended < count) {
      for (int i = 0; i < DEPTH && submitted < count && due <= clock.nanoTime(); i++) {
        if (!isBusy[i]) {
          isBusy[i] = true;
          dueNs[i] = everyNs == 0 ? clock.nanoTime() : due;
          due += everyNs;
          submitted++;
          requests[i].offsetBytes = block.getAsLong() * BLOCK;
          volume.submit(requests[i]);
        }
      }
      clock.advance(TURN_NS);
      store.doWork(clock.nanoTime());
    }
  }

  private void assertThatWritesWaitAtMost(long everyNs, long mostNs) {
    long moved = store.statistics().movedBytes();
    write(WRITES, everyNs, () -> random.nextLong(BLOCKS));
    Arrays.sort(latencies);
    assertThat(store.statistics().movedBytes() - moved)
        .as("the cleaner works")
        .isGreaterThan((long) WRITES * BLOCK);
    assertThat(latencies[WRITES - 1])
        .as(
            "p50 %d ns, p99 %d, p99.9 %d",
            latencies[WRITES / 2],
            latencies[(int) (WRITES * 0.99)],
            latencies[(int) (WRITES * 0.999)])
        .isLessThan(mostNs);
  }

  @Test
  void shouldLetNoWriteWaitForRoomWhereHostsAreSlower() {
    assertThatWritesWaitAtMost(120_000, MILLISECOND);
  }
}
