package io.ashlar.benchmarks.store;

import io.ashlar.core.base.Clock;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.store.StoreFormat;
import io.ashlar.core.store.StoreOpenException;
import io.ashlar.core.store.StoreOptions;
import io.ashlar.core.transform.KeyEncryptionKey;
import io.ashlar.core.transform.LocalKeyProvider;
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

/// A store with one plain volume, and a queue of writes that is always full.
final class BenchStore {
  static final int BLOCK_BYTES = 4096;
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
  private final BlockRequest[] requests;
  private final boolean[] busy;
  private long ended;

  private BenchStore(LogStore store, int depth) {
    this.store = store;
    requests = new BlockRequest[depth];
    busy = new boolean[depth];
    SecureRandom random = new SecureRandom();
    for (int i = 0; i < depth; i++) {
      int slot = i;
      byte[] noise = new byte[BLOCK_BYTES];
      random.nextBytes(noise);
      ByteBuffer memory = ByteBuffer.allocateDirect(BLOCK_BYTES).put(0, noise);
      requests[i] =
          new BlockRequest(done -> {
            busy[slot] = false;
            ended++;
            if (done.status != BlockStatus.OK) {
              throw new IllegalStateException("a write ended with " + done.status);
            }
          });
      requests[i].data.wrap(memory);
      requests[i].operation = BlockOperation.WRITE;
      requests[i].lengthBytes = BLOCK_BYTES;
    }
  }

  static void format(BlockDevice device) throws StoreOpenException {
    LogStore.format(device, new StoreFormat(UUID.randomUUID(), VOLUME, 42, 0));
  }

  static BenchStore open(BlockDevice device, int depth) throws StoreOpenException {
    SecureRandom random = new SecureRandom();
    byte[] kek = new byte[32];
    random.nextBytes(kek);
    LocalKeyProvider keys =
        new LocalKeyProvider(
            random::nextBytes, KeyEncryptionKey.copyOf(VOLUME, new UnsafeBuffer(kek), 0));
    return new BenchStore(
        LogStore.open(device, StoreOptions.standard(), CLOCK, keys, System.err::println), depth);
  }

  void create(long sizeBytes) {
    boolean[] done = new boolean[1];
    VolumeEntry entry =
        new VolumeEntry(
            VOLUME,
            1,
            BLOCK_BYTES,
            sizeBytes,
            VolumeEntry.COMPRESSION_NONE,
            false,
            "bench",
            new byte[0]);
    store.createVolume(entry, status -> done[0] = true);
    while (!done[0]) {
      turn();
    }
  }

  void turn() {
    store.doWork(System.nanoTime());
  }

  /// Writes so many blocks, each where `next` says.
  void write(long blocks, LongSupplier next) {
    BlockVolume volume = store.volume(new VolumeId(VOLUME));
    if (volume == null) {
      throw new IllegalStateException("create the volume first");
    }
    long target = ended + blocks;
    long submitted = ended;
    while (ended < target) {
      for (int i = 0; i < requests.length && submitted < target; i++) {
        if (!busy[i]) {
          busy[i] = true;
          submitted++;
          requests[i].offsetBytes = next.getAsLong() * BLOCK_BYTES;
          requests[i].data.putLong(0, submitted);
          volume.submit(requests[i]);
        }
      }
      turn();
    }
  }
}
