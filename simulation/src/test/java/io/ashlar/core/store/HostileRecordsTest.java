package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.Checkpointer;
import io.ashlar.core.format.BlockDescriptorFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.reservation.ReservationCodec;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.SimulatedClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A primary that says anything at all, with checksums that hold: what a follower takes of it never
/// breaks the follower, and can be replayed.
class HostileRecordsTest {
  private static final int LAYER = 1;
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 300;
  private static final int ROUNDS = 1500;
  private static final int ROUNDS_PER_LIFE = 60;
  private static final VolumeId VOLUME = new VolumeId(StoreRig.uuidOf(LAYER));
  private static final int[] LENGTHS = {
    0, 1, 2, 3, 15, 16, 17, 512, 3584, 4095, 4096, 4097, 0xFFFF
  };
  private static final int[] CODECS = {1, 2, 3, 1, 2, 3, 0, 4, 9, 0x41, 0x80, 0xFF};
  private static final int[] GENERATIONS = {0, 1, 2, 0xFFFF};

  private final Crc32c crc = new Crc32c();
  private final RecordFlyweight record = new RecordFlyweight();
  private final BlockDescriptorFlyweight block = new BlockDescriptorFlyweight();
  private final UnsafeBuffer bytes =
      new UnsafeBuffer(ByteBuffer.allocateDirect(SealedRecord.BYTES_MAX + BLOCK));
  private SplittableRandom dice = new SplittableRandom(0);
  private StoreRig rig = StoreRig.fresh(32, 512, 1);
  private int length;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldComeBackWithWhatItTook(long seed) {
    dice = new SplittableRandom(seed);
    rig = StoreRig.fresh(32, seed % 2 == 0 ? 512 : 4096, seed);
    rig.createSealed(LAYER, (long) BLOCKS * BLOCK);
    int taken = 0;
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String what = "seed %d round %d".formatted(seed, round);
      forge();
      if (isTaken(what)) {
        taken++;
      } else {
        refused++;
      }
      if (round % ROUNDS_PER_LIFE == ROUNDS_PER_LIFE - 1) {
        restart(what);
      }
    }
    assertThat(taken).as("some of it is sound").isGreaterThan(ROUNDS / 20);
    assertThat(refused).as("some is not").isGreaterThan(ROUNDS / 20);
  }

  private boolean isTaken(String what) {
    SealedRecord sealed = new SealedRecord();
    if (sealed.read(bytes, 0, length, crc) != null || !rig.store.follows(VOLUME, sealed)) {
      return false;
    }
    assertThatCode(
            () -> {
              while (!rig.store.append(VOLUME, sealed)) {
                rig.turn();
              }
              if (dice.nextInt(4) == 0) {
                rig.settle();
              }
            })
        .as(what)
        .doesNotThrowAnyException();
    return true;
  }

  private void restart(String what) {
    SimulatedClock clock = rig.clock;
    rig.settle();
    byte[] history = encoded();
    CrashChoice choice = CrashChoice.loseAll();
    assertThatCode(() -> rig = StoreRig.openDamaged(clock, rig.disk.crash(choice)))
        .as(what)
        .doesNotThrowAnyException();
    assertThat(encoded()).as(what).isEqualTo(history);
    readAll();
    if (dice.nextBoolean()) {
      rig.checkpoint();
    }
  }

  private byte[] encoded() {
    byte[] all = new byte[VolumeHistory.BYTES_MAX];
    int bytesUsed = rig.store.history(VOLUME).encode(new UnsafeBuffer(all));
    return Arrays.copyOf(all, bytesUsed);
  }

  /// Blocks whose content is no content are not served; nothing else comes of them.
  private void readAll() {
    for (int lba = 0; lba < BLOCKS; lba++) {
      boolean[] done = new boolean[1];
      BlockRequest read = new BlockRequest(ended -> done[0] = true);
      read.operation = BlockOperation.READ;
      read.offsetBytes = (long) lba * BLOCK;
      read.lengthBytes = BLOCK;
      read.data.wrap(ByteBuffer.allocateDirect(BLOCK));
      rig.volume(LAYER).submit(read);
      while (!done[0]) {
        rig.turn();
      }
    }
  }

  private void forge() {
    record.wrap(bytes, 0);
    switch (dice.nextInt(10)) {
      case 0, 1 -> forgeWrite(RecordType.WRITE, nextId());
      case 2 -> forgeBare(RecordType.UNMAP, nextId(), nasty(BLOCKS), nasty(BLOCKS));
      case 3 -> forgeEpoch();
      case 4 -> forgeReservations();
      case 5, 6 -> forgeWrite(RecordType.FETCHED, missingId());
      case 7 -> forgeBare(RecordType.FETCHED_UNMAP, missingId(), nasty(BLOCKS), nasty(BLOCKS));
      case 8 -> forgeRejoin();
      default -> forgeBare(RecordType.LEVEL, nextId() - 1, nasty(2), nasty(2));
    }
    if (dice.nextInt(20) == 0) {
      length = Math.max(0, length + dice.nextInt(-600, 600));
    }
  }

  private long nextId() {
    long next = rig.store.history(VOLUME).sequenced() + 1;
    return dice.nextInt(8) == 0 ? nasty(next) : next;
  }

  /// Of something that was written while the replica was away.
  private long missingId() {
    long last = rig.store.history(VOLUME).sequenced();
    int epoch = WriteId.epoch(last);
    long id =
        WriteId.of(Math.max(1, epoch - dice.nextInt(3)), nasty(WriteId.counter(last)) & 0xFFFF);
    return dice.nextInt(8) == 0 ? nasty(last) : id;
  }

  private long nasty(long usual) {
    long[] some = {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, usual - 1, usual, usual + 1};
    return dice.nextInt(3) > 0 && usual > 0 && usual < Long.MAX_VALUE
        ? dice.nextLong(usual + 1)
        : some[dice.nextInt(8)];
  }

  private int one(int[] of) {
    return of[dice.nextInt(of.length)];
  }

  private void forgeWrite(RecordType type, long id) {
    int blocks = dice.nextInt(30) == 0 ? dice.nextInt(400) : dice.nextInt(5);
    boolean isCareful = dice.nextBoolean();
    long lba = dice.nextBoolean() ? dice.nextInt(BLOCKS) : nasty(BLOCKS);
    record.head(type, blocks, dice.nextInt(20) == 0 ? 2 : LAYER);
    record.place(id, lba, dice.nextInt(4) == 0 ? nasty(5) : 0);
    record.payload(dice.nextInt(20) == 0 ? dice.nextInt(4096) : 0, dice.nextInt());
    int at = record.length();
    for (int i = 0; i < blocks; i++) {
      int codec = isCareful ? dice.nextInt(1, 4) : one(CODECS);
      int stored = isCareful ? usualLength(codec) : one(LENGTHS);
      int padded = Sectors.align(stored, Sectors.BYTES);
      if (at + padded > bytes.capacity()) {
        stored = 0;
        padded = 0;
      }
      fill(at, stored);
      int checksum = crc.ofSeeded(record.layer(), lba + i, record.writeId() + i, bytes, at, stored);
      block.wrap(bytes, RecordFlyweight.descriptorOffset(i));
      block.set(checksum, stored, codec, isCareful ? 0 : one(GENERATIONS));
      at += padded;
    }
    length = at;
  }

  private int usualLength(int codec) {
    return codec == 1 ? BLOCK : codec == 2 ? 0 : dice.nextInt(3, BLOCK);
  }

  private void fill(int at, int count) {
    byte[] noise = new byte[count];
    dice.nextBytes(noise);
    bytes.putBytes(at, noise);
  }

  private void forgeBare(RecordType type, long id, long lba, long argument) {
    record.head(type, 0, LAYER).place(id, lba, argument).payload(0, 0);
    length = RecordFlyweight.BYTES;
  }

  private void forgeEpoch() {
    long previous = rig.store.history(VOLUME).sequenced();
    int epoch = WriteId.epoch(previous) + (dice.nextInt(4) == 0 ? dice.nextInt(1 << 23) : 1);
    long id = WriteId.of(epoch, WriteId.counter(previous) + 1);
    long argument = dice.nextInt(4) == 0 ? nasty(previous) : previous;
    boolean isNasty = dice.nextInt(4) == 0;
    forgeBare(RecordType.EPOCH, isNasty ? nasty(id) : id, dice.nextInt(3), argument);
  }

  /// The history of a primary that has begun some epochs since, or of one that never was.
  private void forgeRejoin() {
    VolumeHistory here = rig.store.history(VOLUME);
    int at = RecordFlyweight.BYTES;
    int payload = here.encode(view(at));
    int epochs = bytes.getInt(at + 4);
    long last = Math.max(here.sequenced(), 1);
    while (epochs < VolumeHistory.EPOCHS_MAX && dice.nextInt(3) > 0) {
      int epoch = WriteId.epoch(last) + dice.nextInt(1, 3);
      last = WriteId.of(epoch, WriteId.counter(last) + dice.nextInt(1, 5));
      bytes.putLong(at + payload, dice.nextInt(20) == 0 ? nasty(last) : last);
      payload += Long.BYTES;
      epochs++;
    }
    bytes.putInt(at + 4, epochs);
    bytes.putLong(at + 8, dice.nextInt(8) == 0 ? nasty(last) : last);
    bytes.putLong(at + 16, dice.nextInt(8) == 0 ? nasty(last) : 0);
    long common = dice.nextInt(4) == 0 ? nasty(here.durable()) : here.durable();
    long start = dice.nextInt(4) == 0 ? nasty(last) : last + dice.nextInt(3);
    if (dice.nextInt(6) == 0) {
      start = WriteId.of(WriteId.epoch(last), dice.nextLong(WriteId.counter(last) + 1));
    }
    record.head(RecordType.REJOIN, 0, LAYER).place(start, nasty(2), common);
    record.payload(payload, crc.ofSeeded(LAYER, common, record.lba(), bytes, at, payload));
    length = at + Sectors.align(payload, Sectors.BYTES);
  }

  private UnsafeBuffer view(int at) {
    return new UnsafeBuffer(bytes, at, bytes.capacity() - at);
  }

  private void forgeReservations() {
    ReservationTable table = new ReservationTable();
    table.register(CrashWorkload.HOST, dice.nextLong() | 1);
    int at = RecordFlyweight.BYTES;
    int payload = new ReservationCodec().encode(table, bytes, at);
    int full =
        switch (dice.nextInt(6)) {
          case 0 -> dice.nextInt(payload + 1);
          case 1 -> dice.nextInt(SealedRecord.BYTES_MAX - at);
          default -> payload;
        };
    for (int i = dice.nextInt(3); i > 0; i--) {
      bytes.putByte(at + dice.nextInt(payload), (byte) one(CODECS));
    }
    if (dice.nextBoolean()) {
      bytes.putInt(at, crc.of(bytes, at + 4, payload - 4));
    }
    record.head(RecordType.RESERVATIONS, 0, LAYER).place(nextId(), nasty(2), nasty(2));
    int checksum = crc.ofSeeded(LAYER, record.argument(), record.lba(), bytes, at, full);
    record.payload(full, checksum);
    length = at + Sectors.align(full, Sectors.BYTES);
  }

  /// A segment of another device may be larger, and so its groups.
  @Test
  void shouldNotFollowWithWhatNoGroupHereHolds() {
    rig.createPlain(LAYER, (long) BLOCKS * BLOCK, BLOCK);
    begin(rig, VOLUME, 70);
    VolumeHistory history = rig.store.history(VOLUME);
    int blocks = StoreRig.SEGMENT_BYTES / 2 / BLOCK;
    record.wrap(bytes, 0).head(RecordType.WRITE, blocks, LAYER);
    record.place(history.sequenced() + 1, 0, 0).payload(0, 0);
    int at = record.length();
    for (int i = 0; i < blocks; i++) {
      int checksum = crc.ofSeeded(LAYER, i, record.writeId() + i, bytes, at, BLOCK);
      block.wrap(bytes, RecordFlyweight.descriptorOffset(i)).set(checksum, BLOCK, 1, 0);
      at += BLOCK;
    }
    SealedRecord sealed = new SealedRecord();
    assertThat(sealed.read(bytes, 0, at, crc)).isNull();
    assertThat(rig.store.follows(VOLUME, sealed)).isFalse();
  }

  private static void begin(StoreRig rig, VolumeId volume, int epoch) {
    boolean[] done = new boolean[1];
    assertThat(rig.store.lead(volume, epoch, new BlockRequest(ended -> done[0] = true))).isTrue();
    while (!done[0]) {
      rig.turn();
    }
  }

  /// Only the volume itself tells of its epochs, and a checkpoint tells of the volumes as they are
  /// when its merge has ended.
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 10, 20, 40})
  void shouldComeBackThoughAVolumeOfALaterEpochIsGone(int turns) throws StoreOpenException {
    int leaves = 100;
    long leafBytes = (long) PageCodec.SLOTS * BLOCK;
    rig.createPlain(LAYER, leaves * leafBytes, BLOCK);
    begin(rig, VOLUME, 70_000);
    writeEach(leaves, leafBytes);
    rig.checkpoint();
    // More leaves than there are frames: their merge takes long.
    rig.disk.latency(30_000, 30_000);
    writeEach(leaves, leafBytes);
    long before = rig.store.statistics().checkpoints();
    rig.store.requestCheckpoint();
    while (rig.store.checkpointPhase() != Checkpointer.Phase.MERGING) {
      rig.turn();
    }
    writeEach(1, leafBytes);
    for (int i = 0; i < turns; i++) {
      rig.turn();
    }
    rig.delete(LAYER);
    assertThat(rig.store.checkpointPhase()).isEqualTo(Checkpointer.Phase.MERGING);
    while (rig.store.statistics().checkpoints() == before) {
      rig.turn();
    }
    StoreRig again = StoreRig.openDamaged(rig.clock, rig.disk.crash(CrashChoice.loseAll()));
    assertThat(again.store.volumes()).isEmpty();
  }

  private void writeEach(int count, long everyBytes) {
    VolumeDriver driver = new VolumeDriver(rig.volume(LAYER), rig::turn);
    byte[] data = new byte[BLOCK];
    data[0] = 1;
    for (int i = 0; i < count; i++) {
      assertThat(driver.write(i * everyBytes, data)).isEqualTo(BlockStatus.OK);
    }
  }
}
