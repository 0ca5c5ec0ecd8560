package io.ashlar.nvme.uring;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class UringBlockDeviceContractTest {
  @BeforeAll
  static void needIoUring() {
    String problem = RingSetup.problem();
    assumeTrue(problem == null, () -> "io_uring is not available here: " + problem);
  }

  abstract static class OnAFile extends BlockDeviceContract {
    private final CompletionMode mode;
    @TempDir private Path directory;

    OnAFile(CompletionMode mode) {
      this.mode = mode;
    }

    @Override
    protected BlockDevice newDevice() throws Exception {
      Path pool = directory.resolve("pool");
      try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
        file.setLength(SIZE_BYTES);
      }
      return UringBlockDevice.open(
          pool, DeviceOptions.DEFAULT.withQueueDepth(64).withCompletion(mode));
    }
  }

  @Nested
  class WithInterrupts extends OnAFile {
    WithInterrupts() {
      super(CompletionMode.INTERRUPT);
    }
  }

  @Nested
  class WithASubmissionThread extends OnAFile {
    WithASubmissionThread() {
      super(CompletionMode.SUBMISSION_THREAD);
    }
  }

  /// A probe that is wrong: where the driver has no poll queues the kernel refuses the first
  /// request, and all goes on as without.
  @Nested
  class TakenForPollable extends BlockDeviceContract {
    @TempDir private Path directory;

    @Override
    protected BlockDevice newDevice() throws Exception {
      Path pool = directory.resolve("pool");
      try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
        file.setLength(SIZE_BYTES);
      }
      return UringBlockDevice.open(
          pool,
          DeviceOptions.DEFAULT.withQueueDepth(64).withCompletion(CompletionMode.DEVICE_POLL),
          any -> true);
    }
  }

  @Nested
  class OnALoopDevice extends BlockDeviceContract {
    @BeforeAll
    static void needLoopDevices() {
      LoopDevice.assumeAvailable();
    }

    @TempDir private Path directory;

    @Override
    protected BlockDevice newDevice() throws Exception {
      Path loop = LoopDevice.attach(directory, SIZE_BYTES);
      try {
        return UringBlockDevice.open(loop, DeviceOptions.DEFAULT.withQueueDepth(64));
      } finally {
        LoopDevice.detach(loop);
      }
    }
  }
}
