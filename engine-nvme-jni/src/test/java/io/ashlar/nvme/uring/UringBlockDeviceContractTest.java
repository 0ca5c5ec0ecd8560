package io.ashlar.nvme.uring;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NeedsIoUring.class)
class UringBlockDeviceContractTest {
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
  @ExtendWith(NeedsLoopDevices.class)
  class OnALoopDevice extends BlockDeviceContract {
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
