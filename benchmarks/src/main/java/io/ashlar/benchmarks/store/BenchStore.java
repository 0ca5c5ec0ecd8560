package io.ashlar.benchmarks.store;

import io.ashlar.core.base.Clock;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.StoreFormat;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.transform.WrappedKey;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// A store with one volume, and a queue of requests that is always full.
public final class BenchStore {
  public static final int BLOCK_BYTES = 4096;

  private static final int LAYER = 1;
  private static final UUID VOLUME = new UUID(1, 1);
  private static final Clock CLOCK =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long epochMillis() {
          return System.currentTimeMillis();
        }
      };

  final LogStore store;
  private final LocalKeyProvider keys;
  private final Load load;
  private final BlockRequest[] requests;
  private final boolean[] busy;
  private final long[] startedNs;
  private @Nullable StoreTimings timings;
  private long ended;

  /// What the requests are.
  ///
  /// @param depth how many are under way at once
  /// @param blocks how many blocks each has
  /// @param contents what they write
  public record Load(int depth, int blocks, Contents contents) {
    public static Load ofBlocks(int depth) {
      return new Load(depth, 1, Contents.NOISE);
    }

    int bytes() {
      return blocks * BLOCK_BYTES;
    }
  }

  /// What is written.
  public enum Contents {
    /// No two blocks are alike, and none can be compressed.
    NOISE,
    /// Blocks that the store keeps in its index alone.
    ZEROES
  }

  private BenchStore(LogStore store, LocalKeyProvider keys, Load load) {
    this.store = store;
    this.keys = keys;
    this.load = load;
    requests = new BlockRequest[load.depth()];
    busy = new boolean[load.depth()];
    startedNs = new long[load.depth()];
    SecureRandom random = new SecureRandom();
    for (int i = 0; i < requests.length; i++) {
      int slot = i;
      byte[] bytes = new byte[load.bytes()];
      if (load.contents() == Contents.NOISE) {
        random.nextBytes(bytes);
      }
      ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
      requests[i] =
          new BlockRequest(done -> {
            busy[slot] = false;
            ended++;
            if (timings != null) {
              timings.requests.recordValue(System.nanoTime() - startedNs[slot]);
            }
            if (done.status != BlockStatus.OK) {
              throw new IllegalStateException(done.operation + " ended with " + done.status);
            }
          });
      requests[i].data.wrap(memory);
      requests[i].lengthBytes = load.bytes();
    }
  }

  public static void format(BlockDevice device) throws StoreOpenException {
    LogStore.format(
        device, new StoreFormat(UUID.randomUUID(), VOLUME, new SecureRandom().nextLong(), 0));
  }

  static BenchStore open(BlockDevice device, int depth) throws StoreOpenException {
    return open(device, Load.ofBlocks(depth), StoreOptions.standard());
  }

  public static BenchStore open(BlockDevice device, Load load, StoreOptions options)
      throws StoreOpenException {
    SecureRandom random = new SecureRandom();
    byte[] kek = new byte[32];
    random.nextBytes(kek);
    LocalKeyProvider keys =
        new LocalKeyProvider(
            random::nextBytes, KeyEncryptionKey.copyOf(VOLUME, new UnsafeBuffer(kek), 0));
    return new BenchStore(
        LogStore.open(device, options, CLOCK, keys, System.err::println), keys, load);
  }

  /// Creates the volume, without compression and encryption.
  public void create(long sizeBytes) {
    create(sizeBytes, VolumeEntry.COMPRESSION_NONE, new byte[0]);
  }

  /// Creates the volume, compressed and encrypted.
  public void createSealed(long sizeBytes) {
    byte[] wrapped = new byte[WrappedKey.LENGTH_BYTES];
    try (DataKey key = DataKey.generate(new SecureRandom()::nextBytes)) {
      keys.wrap(key, LAYER, 1).write(new UnsafeBuffer(wrapped), 0);
    }
    create(sizeBytes, VolumeEntry.COMPRESSION_LZ4, wrapped);
  }

  private void create(long sizeBytes, int compression, byte[] wrappedKey) {
    boolean[] done = new boolean[1];
    boolean encrypted = wrappedKey.length > 0;
    VolumeEntry entry =
        new VolumeEntry(
            VOLUME, LAYER, BLOCK_BYTES, sizeBytes, compression, encrypted, "bench", wrappedKey);
    store.createVolume(entry, status -> done[0] = true);
    while (!done[0]) {
      turn();
    }
  }

  /// How many requests have ended.
  long ended() {
    return ended;
  }

  /// Takes down from now on how long everything takes.
  StoreTimings measure() {
    timings = new StoreTimings();
    return timings;
  }

  void turn() {
    long start = System.nanoTime();
    store.doWork(start);
    if (timings != null) {
      timings.steps.recordValue(System.nanoTime() - start);
    }
  }

  /// Makes a checkpoint, so that what the index holds in memory goes into its tree, and waits until
  /// nothing is under way.
  public void settle() {
    long before = store.statistics().checkpoints();
    store.requestCheckpoint();
    while (store.statistics().checkpoints() == before || !store.isQuiet()) {
      turn();
    }
  }

  /// Makes so many writes, each of its blocks from where `next` says.
  ///
  /// @param next a block's number
  public void write(long count, LongSupplier next) {
    run(BlockOperation.WRITE, count, next);
  }

  /// Makes so many reads, each of its blocks from where `next` says.
  ///
  /// @param next a block's number
  public void read(long count, LongSupplier next) {
    run(BlockOperation.READ, count, next);
  }

  private void run(BlockOperation operation, long count, LongSupplier next) {
    BlockVolume volume = store.volume(new VolumeId(VOLUME));
    if (volume == null) {
      throw new IllegalStateException("create the volume first");
    }
    long target = ended + count;
    long submitted = ended;
    while (ended < target) {
      for (int i = 0; i < requests.length && submitted < target; i++) {
        if (!busy[i]) {
          busy[i] = true;
          submitted++;
          requests[i].operation = operation;
          requests[i].offsetBytes = next.getAsLong() * BLOCK_BYTES;
          if (operation == BlockOperation.WRITE && load.contents() == Contents.NOISE) {
            requests[i].data.putLong(0, submitted);
          }
          startedNs[i] = timings == null ? 0 : System.nanoTime();
          volume.submit(requests[i]);
        }
      }
      turn();
    }
  }
}
