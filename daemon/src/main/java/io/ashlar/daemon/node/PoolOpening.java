package io.ashlar.daemon.node;

import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.StoreFormat;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.OpenedDevice;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the node's pool on its shard's thread, formatting it at first start.
final class PoolOpening {
  private static final Logger LOG = LoggerFactory.getLogger(PoolOpening.class);

  /// A device that begins with this many zeroes holds nothing that anybody wrote there.
  private static final int BLANK_BYTES = 1 << 20;

  private static final int ALIGNMENT_BYTES = 4096;

  private final DaemonOptions options;
  private final UUID cluster;
  private final Consumer<String> progress;

  /// @param cluster whose pool it must be
  /// @param progress hears a sentence when something takes time
  PoolOpening(DaemonOptions options, UUID cluster, Consumer<String> progress) {
    this.options = options;
    this.cluster = cluster;
    this.progress = progress;
  }

  /// Opens the pool.
  ///
  /// @param keys for the shard's thread alone
  /// @param mayFormat whether nothing is recorded that a blank device would have lost
  PoolShard open(ShardLoop loop, KeyProvider keys, boolean mayFormat) throws StartException {
    try {
      OpenedDevice opened = openDevice();
      LOG.info("{}", opened.reason());
      LogStore store = loop.call(() -> openStore(opened.device(), keys, mayFormat));
      return new PoolShard(loop, opened.device(), store);
    } catch (PoolRefusal refusal) {
      throw new StartException("pool-refused", refusal.sentence, refusal);
    }
  }

  private OpenedDevice openDevice() throws StartException {
    Path path = options.storage().poolDevice();
    DeviceOptions how = DeviceOptions.DEFAULT;
    if (!Files.exists(path)) {
      long bytes = options.storage().poolFileBytes();
      requireRoom(path, bytes);
      progress.accept("Creating the pool " + path.toAbsolutePath() + " …");
      how = how.creating(bytes, DeviceOptions.Preallocation.SPARSE);
    }
    try {
      return BlockDevices.open(path, how);
    } catch (DeviceOpenException refused) {
      String code = refused.reason().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      throw new StartException("pool-" + code, String.valueOf(refused.getMessage()), refused);
    }
  }

  /// A sparse file needs little room now and all of it later; a tenth is the least to begin with.
  private static void requireRoom(Path path, long bytes) throws StartException {
    Path directory = path.toAbsolutePath().getParent();
    long room = directory == null ? 0 : directory.toFile().getUsableSpace();
    if (room < bytes / 10) {
      throw new StartException(
          "disk-too-small",
          "The file system of %s has %s free, and the pool is to hold %s: choose a smaller one with --set pool.size=…, or another place with --data."
              .formatted(
                  path.toAbsolutePath(),
                  io.ashlar.control.ByteSize.format(room),
                  io.ashlar.control.ByteSize.format(bytes)));
    }
  }

  /// Carries a sentence out of the shard's thread.
  private static final class PoolRefusal extends RuntimeException {
    private final String sentence;

    PoolRefusal(String sentence) {
      super(sentence);
      this.sentence = sentence;
    }
  }

  private LogStore openStore(LocalBlockDevice device, KeyProvider keys, boolean mayFormat) {
    try {
      if (isBlank(device)) {
        format(device, mayFormat);
      }
      StoreOptions store =
          StoreOptions.standard()
              .with(StoreOptions.Sizing.standard(options.engine().indexBudgetBytes()))
              .of(cluster);
      return LogStore.open(
          device, store, SystemClock.INSTANCE, keys, sentence -> LOG.error("{}", sentence));
    } catch (StoreOpenException refused) {
      device.close();
      throw new PoolRefusal(String.valueOf(refused.getMessage()));
    }
  }

  private static boolean isBlank(LocalBlockDevice device) {
    int bytes = (int) Math.min(BLANK_BYTES, device.geometry().sizeBytes());
    ByteBuffer memory = BufferUtil.allocateDirectAligned(bytes, ALIGNMENT_BYTES);
    UnsafeBuffer read = new UnsafeBuffer(memory);
    DeviceStatus status = new PolledDevice(device).read(0, bytes, read.addressOffset());
    if (status != DeviceStatus.OK) {
      throw new PoolRefusal(
          device.name() + " cannot be read (" + status + "): check the disk and the kernel's log.");
    }
    for (int at = 0; at < bytes; at += Long.BYTES) {
      if (read.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private void format(LocalBlockDevice device, boolean mayFormat) throws StoreOpenException {
    if (!mayFormat) {
      throw new PoolRefusal(
          device.name()
              + " is blank, and the metadata names volumes that were on it: bring back the right"
              + " device, or begin anew with another data directory (--data).");
    }
    if (device.geometry().sizeBytes() < StoreFormat.deviceBytesMin()) {
      throw new PoolRefusal(
          device.name()
              + " is too small for a pool: it needs at least "
              + io.ashlar.control.ByteSize.format(StoreFormat.deviceBytesMin())
              + ".");
    }
    progress.accept("Formatting " + device.name() + " …");
    LogStore.format(
        device, new StoreFormat(UUID.randomUUID(), cluster, new SecureRandom().nextLong(), 0));
  }
}
