package io.ashlar.core.store;

import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The pool in the golden images: a script that the writer of format v1 ran once, on a clock, a
/// disk and keys that are always the same, and what its volumes held when it lost power.
final class GoldenPool {
  static final int SEGMENTS = 16;
  static final int BLOCK_BYTES = 4096;
  static final int PLAIN = 1;
  static final int SEALED = 2;
  static final int COMPRESSED = 3;
  static final HostIdentity HOST = HostIdentity.nvme("nqn.2026-11.io.ashlar:golden", 1, 2);
  static final long KEY = 0x1234_5678L;
  private static final int DELETED = 4;
  private static final long SIZE = 256L * BLOCK_BYTES;

  private final StoreRig rig;

  /// Per layer, what each written block holds.
  private final TreeMap<Integer, TreeMap<Long, byte[]>> contents = new TreeMap<>();

  private GoldenPool(int alignmentBytes) {
    rig = StoreRig.fresh(SEGMENTS, alignmentBytes, 1);
  }

  /// Runs the script.
  static GoldenPool run(int alignmentBytes) {
    GoldenPool pool = new GoldenPool(alignmentBytes);
    pool.beforeTheCheckpoints();
    pool.rig.checkpoint();
    pool.betweenTheCheckpoints();
    pool.rig.checkpoint();
    pool.afterTheCheckpoints();
    return pool;
  }

  private void beforeTheCheckpoints() {
    BlockVolume plain = rig.createPlain(PLAIN, SIZE, 512);
    BlockVolume sealed = rig.createSealed(SEALED, SIZE);
    for (int block = 0; block < 12; block++) {
      write(plain, PLAIN, block, text(PLAIN, block, 1));
      long spread = 3L * block;
      write(sealed, SEALED, spread, text(SEALED, spread, 1));
    }
    write(sealed, SEALED, 130, noise(130));
    write(sealed, SEALED, 131, new byte[BLOCK_BYTES]);
    rig.create(rig.entry(COMPRESSED, SIZE, 4096, VolumeEntry.COMPRESSION_LZ4, false));
    write(rig.volume(COMPRESSED), COMPRESSED, 200, text(COMPRESSED, 200, 1));
    writeMixture(rig.volume(COMPRESSED), COMPRESSED, 210, 20);
    rig.createPlain(DELETED, SIZE, 4096);
    write(rig.volume(DELETED), DELETED, 0, text(DELETED, 0, 1));
  }

  private void betweenTheCheckpoints() {
    BlockVolume plain = rig.volume(PLAIN);
    plain.reservations().register(HOST, KEY);
    plain.reservations().reserve(HOST, KEY, ReservationType.WRITE_EXCLUSIVE);
    plain.reservations().persist(Persistence.PERSISTENT);
    request(plain, BlockOperation.SAVE_RESERVATIONS, 0, 0, null);
    unmap(rig.volume(SEALED), SEALED, 9, 3);
    rig.delete(DELETED);
    write(rig.volume(SEALED), SEALED, 0, text(SEALED, 0, 2));
  }

  private void afterTheCheckpoints() {
    VolumeEntry entry = rig.entry(COMPRESSED, SIZE, 4096, VolumeEntry.COMPRESSION_LZ4, false);
    rig.change(entry.resized(2 * SIZE));
    write(rig.volume(COMPRESSED), COMPRESSED, 300, text(COMPRESSED, 300, 1));
    write(rig.volume(PLAIN), PLAIN, 1, text(PLAIN, 1, 2));
    unmap(rig.volume(SEALED), SEALED, 128, 128);
    write(rig.volume(SEALED), SEALED, 255, noise(255));
    // Long enough for the trailing mark.
    rig.clock.advance(1_000_000_000L);
    rig.settle();
    for (int i = 0; i < 100; i++) {
      rig.turn();
    }
  }

  /// The disk as it is.
  DiskImage image() {
    return rig.disk.state().crashed(CrashChoice.keepAll(rig.disk.state()));
  }

  /// What a block must hold.
  byte[] content(int layer, long block) {
    byte[] bytes = contents.getOrDefault(layer, new TreeMap<>()).get(block);
    return bytes == null ? new byte[BLOCK_BYTES] : bytes;
  }

  private static byte[] text(int layer, long block, int version) {
    byte[] words =
        "Layer %d block %d version %d. "
            .formatted(layer, block, version)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[BLOCK_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = words[i % words.length];
    }
    return bytes;
  }

  private static byte[] noise(long block) {
    byte[] bytes = new byte[BLOCK_BYTES];
    long noise = block + 1;
    for (int i = 0; i < bytes.length; i++) {
      noise = noise * 0x5851_F42D_4C95_7F2DL + 0x1405_7B7E_F767_814FL;
      bytes[i] = (byte) (noise >>> 56);
    }
    return bytes;
  }

  private void write(BlockVolume volume, int layer, long block, byte[] bytes) {
    request(volume, BlockOperation.WRITE, block, BLOCK_BYTES, bytes);
    contents.computeIfAbsent(layer, id -> new TreeMap<>()).put(block, bytes);
  }

  /// Writes blocks of which every other is compressed, as one record of more than 32 KiB.
  private void writeMixture(BlockVolume volume, int layer, long block, int count) {
    byte[] all = new byte[count * BLOCK_BYTES];
    for (int i = 0; i < count; i++) {
      byte[] bytes = i % 2 == 0 ? noise(block + i) : text(layer, block + i, 1);
      System.arraycopy(bytes, 0, all, i * BLOCK_BYTES, BLOCK_BYTES);
      contents.computeIfAbsent(layer, id -> new TreeMap<>()).put(block + i, bytes);
    }
    request(volume, BlockOperation.WRITE, block, all.length, all);
  }

  private void unmap(BlockVolume volume, int layer, long block, long count) {
    request(volume, BlockOperation.UNMAP, block, count * BLOCK_BYTES, null);
    contents.getOrDefault(layer, new TreeMap<>()).subMap(block, block + count).clear();
  }

  private void request(
      BlockVolume volume,
      BlockOperation operation,
      long block,
      long bytes,
      byte @Nullable [] data) {
    boolean[] done = new boolean[1];
    BlockRequest request = new BlockRequest(ended -> done[0] = true);
    request.operation = operation;
    request.offsetBytes = block * BLOCK_BYTES;
    request.lengthBytes = bytes;
    if (data != null) {
      ByteBuffer memory = ByteBuffer.allocateDirect(data.length);
      request.data.wrap(memory);
      request.data.putBytes(0, data);
    }
    volume.submit(request);
    while (!done[0]) {
      rig.turn();
    }
    if (request.status != BlockStatus.OK) {
      throw new AssertionError(operation + " ended with " + request.status);
    }
  }

  /// Reads a block back.
  static byte[] read(StoreRig rig, int layer, long block) {
    boolean[] done = new boolean[1];
    BlockRequest read = new BlockRequest(ended -> done[0] = true);
    read.data.wrap(ByteBuffer.allocateDirect(BLOCK_BYTES));
    read.operation = BlockOperation.READ;
    read.offsetBytes = block * BLOCK_BYTES;
    read.lengthBytes = BLOCK_BYTES;
    rig.volume(layer).submit(read);
    while (!done[0]) {
      rig.turn();
    }
    byte[] bytes = new byte[BLOCK_BYTES];
    read.data.getBytes(0, bytes);
    return read.status == BlockStatus.OK ? bytes : Arrays.copyOf(bytes, 0);
  }
}
