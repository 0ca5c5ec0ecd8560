package io.ashlar.daemon.node;

import io.ashlar.control.ByteSize;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.OpenedDevice;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pool's device, open and locked, and what its beginning tells before anything is believed or
/// written: whether it is blank, and whose pool it holds.
final class PoolDevice implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PoolDevice.class);

  /// A device that begins with this many zeroes holds nothing that anybody wrote there.
  private static final int BLANK_BYTES = 1 << 20;

  private static final int ALIGNMENT_BYTES = 4096;

  private final ShardLoop loop;
  private final LocalBlockDevice device;
  private PoolContent content = PoolContent.FOREIGN;
  private final List<Superblock> roots = new ArrayList<>();
  private String complaint = "";

  private PoolDevice(ShardLoop loop, LocalBlockDevice device) {
    this.loop = loop;
    this.device = device;
  }

  /// Opens the configured device, or makes the pool's file, and looks at its beginning.
  ///
  /// @param loop whose thread drives the device
  /// @param progress hears a sentence when something takes time
  static PoolDevice open(DaemonOptions.Storage storage, ShardLoop loop, Consumer<String> progress)
      throws StartException {
    try {
      OpenedDevice opened =
          storage.isPoolInMemory()
              ? BlockDevices.openMemory(storage.poolFileBytes(), DeviceOptions.DEFAULT)
              : openPath(storage, progress);
      LOG.info("{}", opened.reason());
      PoolDevice pool = new PoolDevice(loop, opened.device());
      pool.look();
      return pool;
    } catch (DeviceOpenException refused) {
      String code = refused.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
      throw new StartException("pool-" + code, String.valueOf(refused.getMessage()), refused);
    }
  }

  private static OpenedDevice openPath(DaemonOptions.Storage storage, Consumer<String> progress)
      throws StartException, DeviceOpenException {
    Path path = storage.poolDevice();
    DeviceOptions how = DeviceOptions.DEFAULT.withCompletion(storage.completion());
    if (!Files.exists(path)) {
      long bytes = storage.poolFileBytes();
      requireRoom(path, bytes);
      progress.accept("Creating the pool " + path.toAbsolutePath() + " …");
      how = how.creating(bytes, DeviceOptions.Preallocation.SPARSE);
    }
    return BlockDevices.open(path, how);
  }

  /// A sparse file needs little room now and all of it later; a tenth is the least to begin with.
  private static void requireRoom(Path path, long bytes) throws StartException {
    Path directory = path.toAbsolutePath().getParent();
    long room = directory == null ? 0 : directory.toFile().getUsableSpace();
    if (room < bytes / 10) {
      throw new StartException(
          "disk-too-small",
          "The file system of %s has %s free, and the pool is to hold %s: choose a smaller one with --set pool.size=…, or another place with --data."
              .formatted(path.toAbsolutePath(), ByteSize.format(room), ByteSize.format(bytes)));
    }
  }

  /// Looks at what the device begins with: again where it was formatted since.
  void look() throws StartException {
    int bytes = (int) Math.min(BLANK_BYTES, device.geometry().sizeBytes());
    UnsafeBuffer read = new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, ALIGNMENT_BYTES));
    DeviceStatus status =
        loop.call(() -> new PolledDevice(device).read(0, bytes, read.addressOffset()));
    if (status != DeviceStatus.OK) {
      close();
      throw new StartException(
          "pool-unreadable",
          device.name() + " cannot be read (" + status + "): check the disk and the kernel's log.");
    }
    roots.clear();
    complaint = "";
    content = isZero(read) ? PoolContent.BLANK : contentOf(read);
  }

  private PoolContent contentOf(UnsafeBuffer beginning) {
    for (int copy = 0; copy < 2; copy++) {
      readRoot(beginning, (int) LaneGeometry.slotOffset(0, 1, copy));
    }
    if (!roots.isEmpty()) {
      return PoolContent.POOL;
    }
    return complaint.isEmpty() ? PoolContent.FOREIGN : PoolContent.UNREADABLE;
  }

  private static boolean isZero(UnsafeBuffer bytes) {
    for (int at = 0; at + Long.BYTES <= bytes.capacity(); at += Long.BYTES) {
      if (bytes.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private void readRoot(UnsafeBuffer beginning, int offset) {
    try {
      Superblock root = Superblock.decode(beginning, offset, new Crc32c(), device.name());
      if (root != null) {
        roots.add(root);
      }
    } catch (CorruptRecordException | UnsupportedFormatException notToBeBelieved) {
      complaint = String.valueOf(notToBeBelieved.getMessage());
    }
  }

  LocalBlockDevice device() {
    return device;
  }

  PoolContent content() {
    return content;
  }

  /// What is wrong with an [PoolContent#UNREADABLE] pool.
  String complaint() {
    return complaint;
  }

  /// Whose pool it is; null if it holds none that can be read.
  @Nullable UUID cluster() {
    Superblock root = root();
    return root == null ? null : root.cluster();
  }

  /// Whether a pool of that cluster is there, or is left of one: formatting writes two copies of a
  /// superblock, one after the other.
  boolean hasRootOf(UUID cluster) {
    return roots.stream().anyMatch(each -> each.cluster().equals(cluster));
  }

  /// The newest superblock; null if there is none that can be read.
  @Nullable Superblock root() {
    return roots.stream().max(Comparator.comparingLong(Superblock::generation)).orElse(null);
  }

  @Override
  public void close() {
    boolean _ =
        loop.call(() -> {
          device.close();
          return true;
        });
  }
}
