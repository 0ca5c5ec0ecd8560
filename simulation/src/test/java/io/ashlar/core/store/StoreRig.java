package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.Entropy;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.transform.WrappedKey;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// A store on a simulated disk, with tiny limits, driven by the test.
public final class StoreRig {
  public static final int SEGMENT_BYTES = 1024 * 1024;
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final int TURNS_MAX = 200_000;

  public final SimulatedClock clock;
  public final SimulatedBlockDevice disk;
  public final LogStore store;
  final List<String> troubles = new ArrayList<>();
  private final LocalKeyProvider keys;

  private StoreRig(
      SimulatedClock clock, SimulatedBlockDevice disk, BlockDevice device, StoreOptions options)
      throws StoreOpenException {
    this.clock = clock;
    this.disk = disk;
    keys = keyProvider();
    store = LogStore.open(device, options, clock, keys, troubles::add);
  }

  /// Formats a fresh disk of so many segments and opens it.
  public static StoreRig fresh(int segments, int alignmentBytes, long seed) {
    return fresh(new SimulatedClock(), segments, alignmentBytes, seed);
  }

  /// As [#fresh(int, int, long)], by a clock that others go by too.
  public static StoreRig fresh(SimulatedClock clock, int segments, int alignmentBytes, long seed) {
    long bytes = SEGMENT_BYTES + (long) segments * SEGMENT_BYTES;
    DeviceGeometry geometry = new DeviceGeometry(bytes, alignmentBytes, 64, true);
    SimulatedDiskOptions options = SimulatedDiskOptions.ofSize(bytes, seed).withGeometry(geometry);
    SimulatedBlockDevice disk = new SimulatedBlockDevice("disk", options, clock);
    StoreFormat format = new StoreFormat(new UUID(3, seed), CLUSTER, 4711 + seed, SEGMENT_BYTES);
    try {
      LogStore.format(disk, format);
    } catch (StoreOpenException e) {
      throw new AssertionError("the disk is formatted: " + e.getMessage(), e);
    }
    return open(clock, disk);
  }

  /// Opens a disk that was formatted before.
  public static StoreRig open(SimulatedClock clock, SimulatedBlockDevice disk) {
    try {
      return new StoreRig(clock, disk, disk, options());
    } catch (StoreOpenException e) {
      throw new AssertionError("the store opens: " + e.getMessage(), e);
    }
  }

  /// Opens a disk through `device`, which stands before it.
  static StoreRig openThrough(SimulatedClock clock, SimulatedBlockDevice disk, BlockDevice device) {
    try {
      return new StoreRig(clock, disk, device, options());
    } catch (StoreOpenException e) {
      throw new AssertionError("the store opens: " + e.getMessage(), e);
    }
  }

  /// Opens a disk that may be damaged.
  static StoreRig openDamaged(SimulatedClock clock, SimulatedBlockDevice disk)
      throws StoreOpenException {
    return new StoreRig(clock, disk, disk, options());
  }

  /// Opens a disk with other limits than [#options].
  static StoreRig openWith(
      SimulatedClock clock, SimulatedBlockDevice disk, StoreOptions.Sizing sizing)
      throws StoreOpenException {
    return new StoreRig(clock, disk, disk, options().with(sizing));
  }

  /// Limits so small that every wall is hit.
  static StoreOptions options() {
    StoreOptions.Sizing sizing = new StoreOptions.Sizing(StoreRig::tinyIndex, 4, 1, 2, 1);
    return new StoreOptions(CLUSTER, sizing, 2, 2L * 1024 * 1024);
  }

  private static IndexOptions tinyIndex(int alignmentBytes) {
    return index(512, 16, alignmentBytes);
  }

  /// An index of so many changes and layers.
  static IndexOptions index(int deltaPoints, int layers, int alignmentBytes) {
    return new IndexOptions(40, deltaPoints, 8, 16, 8, 4, 5120 + 16 + 128, layers, alignmentBytes);
  }

  static LocalKeyProvider keyProvider() {
    SplittableRandom random = new SplittableRandom(5);
    Entropy entropy = random::nextBytes;
    byte[] kek = new byte[32];
    entropy.fill(kek);
    KeyEncryptionKey key = KeyEncryptionKey.copyOf(new UUID(8, 9), new UnsafeBuffer(kek), 0);
    return new LocalKeyProvider(entropy, key);
  }

  public void turn() {
    clock.advance(10_000);
    store.doWork(clock.nanoTime());
  }

  /// Turns until nothing is under way.
  public void settle() {
    for (int turns = 0; !store.isQuiet(); turns++) {
      Check.that(turns < TURNS_MAX, "the store comes to rest");
      turn();
    }
  }

  /// Makes a checkpoint and waits for it.
  void checkpoint() {
    long before = store.statistics().checkpoints();
    store.requestCheckpoint();
    for (int turns = 0; store.statistics().checkpoints() == before; turns++) {
      Check.that(turns < TURNS_MAX, "a checkpoint ends");
      turn();
    }
  }

  /// Ends in order.
  void close() {
    store.close();
    for (int turns = 0; !store.isClosed(); turns++) {
      Check.that(turns < TURNS_MAX, "the store closes");
      turn();
    }
  }

  BlockVolume createPlain(int layer, long sizeBytes, int logicalBlockBytes) {
    return create(entry(layer, sizeBytes, logicalBlockBytes, VolumeEntry.COMPRESSION_NONE, false));
  }

  BlockVolume createSealed(int layer, long sizeBytes) {
    return create(entry(layer, sizeBytes, 4096, VolumeEntry.COMPRESSION_LZ4, true));
  }

  public VolumeEntry entry(
      int layer, long sizeBytes, int logicalBlockBytes, int compression, boolean encrypted) {
    byte[] wrapped = new byte[encrypted ? WrappedKey.LENGTH_BYTES : 0];
    if (encrypted) {
      try (DataKey key = DataKey.generate(new SplittableRandom(layer)::nextBytes)) {
        keys.wrap(key, layer, 1).write(new UnsafeBuffer(wrapped), 0);
      }
    }
    return new VolumeEntry(
        uuidOf(layer),
        layer,
        logicalBlockBytes,
        sizeBytes,
        compression,
        encrypted,
        "volume-" + layer,
        wrapped);
  }

  public static UUID uuidOf(int layer) {
    return new UUID(77, layer);
  }

  public BlockVolume create(VolumeEntry entry) {
    BlockStatus[] outcome = new BlockStatus[1];
    store.createVolume(entry, status -> outcome[0] = status);
    await(outcome);
    return volume(entry.layer());
  }

  BlockStatus delete(int layer) {
    BlockStatus[] outcome = new BlockStatus[1];
    store.deleteVolume(new VolumeId(uuidOf(layer)), status -> outcome[0] = status);
    return await(outcome);
  }

  BlockStatus change(VolumeEntry entry) {
    BlockStatus[] outcome = new BlockStatus[1];
    store.changeVolume(entry, status -> outcome[0] = status);
    return await(outcome);
  }

  private BlockStatus await(BlockStatus[] outcome) {
    for (int turns = 0; outcome[0] == null; turns++) {
      Check.that(turns < TURNS_MAX, "a change ends");
      turn();
    }
    return outcome[0];
  }

  public BlockVolume volume(int layer) {
    return Check.present(store.volume(new VolumeId(uuidOf(layer))), "the volume is there");
  }

  BlockDevice device() {
    return disk;
  }
}
