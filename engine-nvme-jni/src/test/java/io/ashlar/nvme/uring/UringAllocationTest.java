package io.ashlar.nvme.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.local.DeviceDriver;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.posix.PoolFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UringAllocationTest {
  private static final int QUEUE_DEPTH = 16;
  private static final int ROUNDS = 500;

  @TempDir private Path directory;

  @Test
  void shouldAllocateNothingPerRequest() throws Exception {
    String problem = RingSetup.problem();
    assumeTrue(problem == null, () -> "io_uring is not available here: " + problem);
    assumeTrue(
        ManagementFactory.getThreadMXBean() instanceof ThreadMXBean,
        "this JVM does not count allocations per thread");
    Path pool = directory.resolve("pool");
    PoolFile.create(pool, 1 << 20, Preallocation.RESERVED);
    try (DeviceDriver driver =
        new DeviceDriver(
            UringBlockDevice.open(pool, DeviceOptions.DEFAULT.withQueueDepth(QUEUE_DEPTH)))) {
      driver.device.useArena(driver.arena);
      DeviceRequest[] requests = new DeviceRequest[QUEUE_DEPTH];
      for (int i = 0; i < QUEUE_DEPTH; i++) {
        DeviceOperation operation = i % 4 == 0 ? DeviceOperation.WRITE : DeviceOperation.READ;
        requests[i] = driver.request(operation, i * 4096L, 4096, i * 4096);
      }
      run(driver, requests);
      long before = allocatedBytes();
      run(driver, requests);
      long allocated = allocatedBytes() - before;
      // Less than a byte each: what the counting itself and class loading leave.
      assertThat(allocated).isLessThan((long) ROUNDS * QUEUE_DEPTH);
    }
  }

  private static void run(DeviceDriver driver, DeviceRequest[] requests) {
    for (int round = 0; round < ROUNDS; round++) {
      for (DeviceRequest request : requests) {
        driver.device.submit(request);
      }
      while (driver.device.inFlight() > 0) {
        driver.device.poll();
        driver.device.armWakeUp();
      }
    }
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
