package io.ashlar.benchmarks.micro;

import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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

/// What a device's own code costs per request, in batches of 32. The ring reads a file that was
/// never written, which ext4 answers without the disk: what is left is the ring, the system call
/// and the kernel's path.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DeviceBenchmark {
  private static final int BATCH = 32;
  private static final int BLOCK_BYTES = 4096;
  private static final long SIZE_BYTES = 1 << 20;

  /// Which device.
  public enum Kind {
    MEMORY,
    RING
  }

  @Param public Kind kind = Kind.MEMORY;

  private final DeviceRequest[] requests = new DeviceRequest[BATCH];
  private @Nullable Path pool;
  private LocalBlockDevice device = new MemoryBlockDevice("memory", SIZE_BYTES, BATCH);

  @Setup
  public void setUp() throws IOException, DeviceOpenException {
    ByteBuffer arena = BufferUtil.allocateDirectAligned(BATCH * BLOCK_BYTES, BLOCK_BYTES);
    switch (kind) {
      case MEMORY -> {}
      case RING -> {
        Path directory = Files.createTempDirectory("ashlar-bench-");
        pool = directory.resolve("pool");
        DeviceOptions options =
            DeviceOptions.DEFAULT
                .withQueueDepth(BATCH)
                .creating(SIZE_BYTES, Preallocation.RESERVED);
        device = BlockDevices.open(pool, options).device();
      }
    }
    device.useArena(arena);
    for (int i = 0; i < BATCH; i++) {
      requests[i] = new DeviceRequest(ended -> {});
      requests[i].operation = DeviceOperation.READ;
      requests[i].offset = (long) i * BLOCK_BYTES;
      requests[i].length = BLOCK_BYTES;
      requests[i].address = BufferUtil.address(arena) + (long) i * BLOCK_BYTES;
    }
  }

  @TearDown
  public void tearDown() throws IOException {
    device.close();
    if (pool != null) {
      Files.deleteIfExists(pool);
      Files.deleteIfExists(pool.toAbsolutePath().normalize().getParent());
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int read() {
    for (DeviceRequest request : requests) {
      device.submit(request);
    }
    int ended = 0;
    while (ended < BATCH) {
      ended += device.poll();
    }
    return ended;
  }
}
