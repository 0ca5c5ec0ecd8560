package io.ashlar.nvme.file;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.BlockDeviceContract;
import io.ashlar.nvme.local.DeviceOptions;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileBlockDeviceContractTest extends BlockDeviceContract {
  @TempDir private Path directory;

  @Override
  protected BlockDevice newDevice() throws Exception {
    Path pool = directory.resolve("pool");
    try (RandomAccessFile file = new RandomAccessFile(pool.toFile(), "rw")) {
      file.setLength(SIZE_BYTES);
    }
    return FileBlockDevice.open(pool, DeviceOptions.DEFAULT.withQueueDepth(64));
  }
}
