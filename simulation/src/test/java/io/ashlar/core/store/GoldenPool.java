package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.Persistence;
import io.ashlar.core.reservation.ReservationType;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The pools in the golden images: scripts that the writers of formats v2 and v3 ran once, on a
/// clock, a disk and keys that are always the same, and what their volumes held when they lost
/// power.
final class GoldenPool {
  /// What a pool went through.
  enum Script {
    /// Plain, sealed, compressed and deleted volumes, unmaps, a reservation, two checkpoints and a
    /// log after them.
    POOL,
    /// One plain volume on a pool that is cleaned: since the last checkpoint the log released a
    /// segment to which that checkpoint refers.
    CLEANED,
    /// A volume with epochs of its own, one before a checkpoint and one after it (since v3).
    LED
  }

  static final int SEGMENTS = 16;
  static final int BLOCK_BYTES = 4096;
  static final int PLAIN = 1;
  static final int SEALED = 2;
  static final int COMPRESSED = 3;
  static final HostIdentity HOST = HostIdentity.nvme("nqn.2026-11.io.ashlar:golden", 1, 2);
  static final long KEY = 0x1234_5678L;
  private static final int DELETED = 4;
  private static final int CLEANED = 1;
  static final int LED = 1;
  static final int FIRST_EPOCH = 70;
  static final int SECOND_EPOCH = 80;
  private static final long SIZE = 256L * BLOCK_BYTES;

  /// Blocks of a write of which the next one overwrites all but the first.
  private static final int SLIDING = 20;

  private static final int SLIDES_MAX = 230;

  /// The cleaner begins when no more segments are free.
  private static final int FREE_WHEN_CLEANED = 5;

  private static final int TURNS_MAX = 10_000;

  private final StoreRig rig;

  /// Per layer, what each written block holds.
  private final TreeMap<Integer, TreeMap<Long, byte[]>> contents = new TreeMap<>();

  private int slides;

  private GoldenPool(int alignmentBytes) {
    rig = StoreRig.fresh(SEGMENTS, alignmentBytes, 1);
  }

  /// Runs the script.
  static GoldenPool run(Script script, int alignmentBytes) {
    GoldenPool pool = new GoldenPool(alignmentBytes);
    switch (script) {
      case POOL -> pool.runPool();
      case CLEANED -> pool.runCleaned();
      case LED -> pool.runLed();
    }
    pool.rest();
    return pool;
  }

  private void runPool() {
    beforeTheCheckpoints();
    rig.checkpoint();
    betweenTheCheckpoints();
    rig.checkpoint();
    afterTheCheckpoints();
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

  private void runCleaned() {
    rig.createPlain(CLEANED, SIZE, 4096);
    while (released() == 0) {
      slide();
    }
    // Half of a segment, so that the next one is begun soon after the checkpoint.
    for (int half = 0; half < 6; half++) {
      slide();
    }
    rig.settle();
    rig.checkpoint();
    untilAnotherIsReleased();
  }

  private void runLed() {
    BlockVolume volume = rig.createSealed(LED, SIZE);
    write(volume, LED, 0, text(LED, 0, 1));
    lead(FIRST_EPOCH);
    write(volume, LED, 1, text(LED, 1, 1));
    unmap(volume, LED, 0, 1);
    rig.checkpoint();
    lead(SECOND_EPOCH);
    write(volume, LED, 2, text(LED, 2, 1));
    volume.reservations().register(HOST, KEY);
    request(volume, BlockOperation.SAVE_RESERVATIONS, 0, 0, null);
  }

  private void lead(int epoch) {
    boolean[] done = new boolean[1];
    BlockRequest request = new BlockRequest(ended -> done[0] = ended.status == BlockStatus.OK);
    Check.that(rig.store.lead(new VolumeId(StoreRig.uuidOf(LED)), epoch, request), "there is room");
    while (!done[0]) {
      rig.turn();
    }
  }

  private void untilAnotherIsReleased() {
    StoreStatistics before = rig.store.statistics();
    while (rig.store.segments().free().count() > FREE_WHEN_CLEANED) {
      slide();
    }
    for (int turns = 0; released() == before.segmentsReleased(); turns++) {
      Check.that(turns < TURNS_MAX, "the cleaner ends with a segment");
      rig.turn();
    }
    StoreStatistics now = rig.store.statistics();
    Check.that(now.movedBytes() > before.movedBytes(), "the cleaner moves blocks");
    Check.that(now.checkpoints() == before.checkpoints(), "there is no checkpoint since");
  }

  private long released() {
    return rig.store.statistics().segmentsReleased();
  }

  /// Writes over all but the first block of the write before, so that each segment ends with few
  /// blocks that live.
  private void slide() {
    Check.that(slides < SLIDES_MAX, "the volume is long enough");
    byte[] all = new byte[SLIDING * BLOCK_BYTES];
    Arrays.fill(all, (byte) 0x5A);
    UnsafeBuffer buffer = new UnsafeBuffer(all);
    for (int i = 0; i < SLIDING; i++) {
      buffer.putInt(i * BLOCK_BYTES, slides + i);
    }
    writeAll(rig.volume(CLEANED), CLEANED, slides++, all);
  }

  private void afterTheCheckpoints() {
    VolumeEntry entry = rig.entry(COMPRESSED, SIZE, 4096, VolumeEntry.COMPRESSION_LZ4, false);
    rig.change(entry.resized(2 * SIZE));
    write(rig.volume(COMPRESSED), COMPRESSED, 300, text(COMPRESSED, 300, 1));
    write(rig.volume(PLAIN), PLAIN, 1, text(PLAIN, 1, 2));
    unmap(rig.volume(SEALED), SEALED, 128, 128);
    write(rig.volume(SEALED), SEALED, 255, noise(255));
  }

  /// Long enough for the trailing mark.
  private void rest() {
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

  /// The layers of the volumes.
  List<Integer> layers() {
    return rig.store.volumes().stream().map(VolumeEntry::layer).toList();
  }

  /// How far a volume's history goes.
  VolumeHistory history(int layer) {
    return rig.store.history(new VolumeId(StoreRig.uuidOf(layer)));
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
    }
    writeAll(volume, layer, block, all);
  }

  /// Writes several blocks as one record.
  private void writeAll(BlockVolume volume, int layer, long block, byte[] all) {
    request(volume, BlockOperation.WRITE, block, all.length, all);
    TreeMap<Long, byte[]> content = contents.computeIfAbsent(layer, id -> new TreeMap<>());
    for (int at = 0; at < all.length; at += BLOCK_BYTES) {
      content.put(block + at / BLOCK_BYTES, Arrays.copyOfRange(all, at, at + BLOCK_BYTES));
    }
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
