package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.format.WriteId;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One store hears of its volume's history, another takes it: what they hold is the same.
class HandedOnRecordsTest {
  private static final int LAYER = 1;
  private static final int BLOCK = 4096;
  private static final long VOLUME_BYTES = 4L << 20;
  private static final int EPOCH = 70;
  private static final VolumeId VOLUME = new VolumeId(StoreRig.uuidOf(LAYER));

  private final Crc32c crc = new Crc32c();
  private final Deque<byte[]> onTheWay = new ArrayDeque<>();
  private final List<Long> writeIds = new ArrayList<>();
  private final StoreRig first = StoreRig.fresh(32, 512, 1);
  private StoreRig second = StoreRig.fresh(32, 4096, 2);
  private int taken;

  private VolumeDriver start(VolumeEntry entry) {
    BlockVolume volume = first.create(entry);
    second.create(entry);
    first.store.historyOf(VOLUME, this::note);
    lead(EPOCH);
    return new VolumeDriver(volume, this::turn);
  }

  private void lead(int epoch) {
    boolean[] done = new boolean[1];
    BlockRequest request = new BlockRequest(ended -> done[0] = ended.status == BlockStatus.OK);
    assertThat(first.store.lead(VOLUME, epoch, request)).isTrue();
    while (!done[0]) {
      turn();
    }
  }

  private VolumeDriver startSealed() {
    return start(first.entry(LAYER, VOLUME_BYTES, 4096, VolumeEntry.COMPRESSION_LZ4, true));
  }

  private void note(SealedRecord record, BlockRequest request) {
    byte[] bytes = new byte[record.bytes() + 3];
    int length = record.copyTo(new UnsafeBuffer(bytes), 3);
    assertThat(length).isEqualTo(record.bytes());
    onTheWay.add(bytes);
    for (int i = 0; i < record.writeIds(); i++) {
      writeIds.add(record.record().writeId() + i);
    }
  }

  private void turn() {
    first.turn();
    handOn();
    second.turn();
  }

  private void handOn() {
    while (!onTheWay.isEmpty() && append(onTheWay.peek())) {
      onTheWay.remove();
    }
  }

  private boolean append(byte[] bytes) {
    SealedRecord record = new SealedRecord();
    assertThat(record.read(new UnsafeBuffer(bytes), 3, bytes.length - 3, crc)).isNull();
    boolean isTaken = second.store.append(VOLUME, record);
    taken += isTaken ? 1 : 0;
    return isTaken;
  }

  private void settle() {
    first.settle();
    while (!onTheWay.isEmpty()) {
      turn();
    }
    second.settle();
  }

  private static byte[] whole(StoreRig rig) {
    VolumeDriver volume = new VolumeDriver(rig.volume(LAYER), rig::turn);
    byte[] bytes = new byte[(int) VOLUME_BYTES];
    int piece = VolumeGeometry.TRANSFER_BYTES_MAX;
    for (int at = 0; at < bytes.length; at += piece) {
      System.arraycopy(volume.read(at, piece), 0, bytes, at, piece);
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldHoldTheSameOnBoth(long seed) {
    VolumeDriver volume = startSealed();
    SplittableRandom dice = new SplittableRandom(seed);
    int records = 1;
    for (int i = 0; i < 3000; i++) {
      if (i % 700 == 699) {
        lead(EPOCH + i);
        records++;
      }
      int blocks = dice.nextInt(1, 9);
      long offset = dice.nextInt((int) (VOLUME_BYTES / BLOCK) - blocks + 1) * (long) BLOCK;
      if (dice.nextInt(8) == 0) {
        volume.run(BlockOperation.UNMAP, offset, (long) blocks * BLOCK);
      } else {
        byte[] bytes = new byte[blocks * BLOCK];
        new SplittableRandom(i).nextBytes(bytes);
        Arrays.fill(bytes, 0, dice.nextInt(bytes.length), (byte) 7);
        assertThat(volume.write(offset, bytes)).isEqualTo(BlockStatus.OK);
      }
      records++;
    }
    settle();
    assertThat(taken).as("each was acknowledged").isEqualTo(records);
    byte[] expected = whole(first);
    assertThat(whole(second)).isEqualTo(expected);
    assertThat(encoded(second)).isEqualTo(encoded(first));
    byte[] history = encoded(second);
    second = StoreRig.open(second.clock, second.disk.crash(CrashChoice.loseAll()));
    assertThat(whole(second)).as("after a crash").isEqualTo(expected);
    assertThat(encoded(second)).isEqualTo(history);
  }

  private static byte[] encoded(StoreRig rig) {
    byte[] bytes = new byte[VolumeHistory.BYTES_MAX];
    int length = rig.store.history(VOLUME).encode(new UnsafeBuffer(bytes));
    return Arrays.copyOf(bytes, length);
  }

  @Test
  void shouldHandOnReservations() {
    VolumeDriver volume = startSealed();
    volume.volume().reservations().register(CrashWorkload.HOST, 4711);
    assertThat(volume.run(BlockOperation.SAVE_RESERVATIONS, 0, 0)).isEqualTo(BlockStatus.OK);
    assertThat(volume.write(0, new byte[BLOCK])).isEqualTo(BlockStatus.OK);
    settle();
    assertThat(second.volume(LAYER).reservations().keyOf(CrashWorkload.HOST)).isEqualTo(4711);
    assertThat(encoded(second)).isEqualTo(encoded(first));
  }

  @Test
  void shouldTakeNoHostsWritesBeforeItLeads() {
    VolumeDriver volume = startSealed();
    volume.write(0, new byte[BLOCK]);
    settle();
    VolumeDriver follower = new VolumeDriver(second.volume(LAYER), second::turn);
    assertThat(follower.write(0, new byte[BLOCK])).isEqualTo(BlockStatus.OFFLINE);
    assertThat(follower.run(BlockOperation.UNMAP, 0, BLOCK)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(follower.run(BlockOperation.SAVE_RESERVATIONS, 0, 0)).isEqualTo(BlockStatus.OFFLINE);
    assertThat(follower.read(0, BLOCK)).isEqualTo(new byte[BLOCK]);
    StoreRig again = StoreRig.open(first.clock, first.disk.crash(CrashChoice.loseAll()));
    VolumeDriver restarted = new VolumeDriver(again.volume(LAYER), again::turn);
    assertThat(restarted.write(0, new byte[BLOCK]))
        .as("the ids of an epoch may be used up beyond what survived")
        .isEqualTo(BlockStatus.OFFLINE);
  }

  @Test
  void shouldTakeNothingOutOfOrder() {
    VolumeDriver volume = startSealed();
    volume.write(0, new byte[BLOCK]);
    settle();
    first.store.historyOf(VOLUME, this::note);
    for (int i = 0; i < 2; i++) {
      volume.volume().submit(VolumeDriver.carrying(BlockOperation.WRITE, 0, new byte[BLOCK]));
    }
    while (onTheWay.size() < 2) {
      first.turn();
    }
    SealedRecord later = new SealedRecord();
    byte[] bytes = onTheWay.peekLast();
    assertThat(later.read(new UnsafeBuffer(bytes), 3, bytes.length - 3, crc)).isNull();
    assertThatThrownBy(() -> second.store.append(VOLUME, later))
        .isInstanceOf(CheckFailedException.class);
    handOn();
    assertThatThrownBy(() -> second.store.append(VOLUME, later))
        .as("taken already")
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldNotFollowWithATailThatIsNoPartOfTheHistory() {
    VolumeDriver volume = startSealed();
    volume.write(0, new byte[BLOCK]);
    settle();
    long common = first.store.history(VOLUME).durable();
    // Two writes that only the first has; the second goes on without them.
    first.store.historyOf(VOLUME, (record, request) -> {});
    VolumeDriver alone = new VolumeDriver(volume.volume(), first::turn);
    alone.write(0, new byte[2 * BLOCK]);
    long tail = first.store.history(VOLUME).durable();
    assertThat(tail).isEqualTo(common + 2);
    StoreRig winner = second;
    boolean[] done = new boolean[1];
    winner.store.historyOf(VOLUME, this::note);
    BlockRequest request = new BlockRequest(ended -> done[0] = true);
    assertThat(winner.store.lead(VOLUME, EPOCH + 1, request)).isTrue();
    while (!done[0]) {
      winner.turn();
    }
    assertThat(winner.store.history(VOLUME).commonWith(tail)).isEqualTo(common);
    assertThat(winner.store.history(VOLUME).contains(tail)).isFalse();
    byte[] beginning = onTheWay.remove();
    SealedRecord record = new SealedRecord();
    assertThat(record.read(new UnsafeBuffer(beginning), 3, beginning.length - 3, crc)).isNull();
    assertThat(first.store.follows(VOLUME, record))
        .as("what comes before that beginning is not all that is here")
        .isFalse();
  }

  @Test
  void shouldTellAllWriteIdsInOrderWithoutAGap() {
    VolumeDriver volume = startSealed();
    for (int i = 0; i < 50; i++) {
      volume.write((i % 7) * (long) BLOCK, new byte[(i % 3 + 1) * BLOCK]);
      volume.run(BlockOperation.UNMAP, 0, 2 * BLOCK);
      volume.compareAndWrite(0, new byte[BLOCK], new byte[BLOCK]);
    }
    assertThat(writeIds.size()).isGreaterThan(150);
    for (int i = 1; i < writeIds.size(); i++) {
      assertThat(writeIds.get(i)).isEqualTo(writeIds.get(i - 1) + 1);
    }
  }

  @Test
  void shouldGoOnBehindWhatItTook() {
    VolumeDriver volume = startSealed();
    volume.write(0, new byte[BLOCK]);
    volume.write(0, new byte[3 * BLOCK]);
    settle();
    boolean[] done = new boolean[1];
    BlockRequest begin = new BlockRequest(ended -> done[0] = true);
    assertThat(second.store.lead(VOLUME, EPOCH + 1, begin)).isTrue();
    while (!done[0]) {
      second.turn();
    }
    long[] next = new long[1];
    second.store.historyOf(VOLUME, (record, request) -> next[0] = record.record().writeId());
    VolumeDriver other = new VolumeDriver(second.volume(LAYER), second::turn);
    assertThat(other.write(0, new byte[BLOCK])).isEqualTo(BlockStatus.OK);
    assertThat(next[0])
        .as("after two beginnings and four blocks")
        .isEqualTo(WriteId.of(EPOCH + 1, 7));
  }

  @Test
  void shouldRefuseWhatIsDamagedOnTheWay() {
    VolumeDriver volume = startSealed();
    byte[] noise = new byte[3 * BLOCK];
    new SplittableRandom(4).nextBytes(noise);
    first.store.historyOf(VOLUME, this::note);
    BlockRequest write = VolumeDriver.carrying(BlockOperation.WRITE, 0, noise);
    volume.volume().submit(write);
    for (int turns = 0; onTheWay.isEmpty(); turns++) {
      assertThat(turns).isLessThan(100);
      first.turn();
    }
    byte[] sound = onTheWay.remove();
    SplittableRandom dice = new SplittableRandom(5);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = sound.clone();
      int at = 3 + (i < 500 ? dice.nextInt(100) : dice.nextInt(bytes.length - 3));
      bytes[at] ^= (byte) (1 << dice.nextInt(8));
      SealedRecord record = new SealedRecord();
      refused += record.read(new UnsafeBuffer(bytes), 3, bytes.length - 3, crc) != null ? 1 : 0;
    }
    // The key generation and two fields that mean nothing for a write are not covered by a block's
    // checksum: the link's own is for them.
    assertThat(refused).isGreaterThan(1800);
  }

  @Test
  void shouldRefuseWhatIsNoRecord() {
    SealedRecord record = new SealedRecord();
    SplittableRandom dice = new SplittableRandom(6);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[dice.nextInt(200)];
      dice.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = (byte) dice.nextInt(13);
      }
      String complaint = record.read(new UnsafeBuffer(bytes), 0, bytes.length, crc);
      if (complaint == null) {
        assertThat(record.record().type()).isIn(RecordType.UNMAP, RecordType.EPOCH);
      }
    }
  }

  @Test
  void shouldTakeNothingBeyondTheVolume() {
    startSealed();
    byte[] bytes = new byte[40];
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    new RecordFlyweight()
        .wrap(buffer, 0)
        .head(RecordType.UNMAP, 0, LAYER)
        .place(WriteId.of(1, 1), VOLUME_BYTES / BLOCK - 1, 2)
        .payload(0, 0);
    SealedRecord record = new SealedRecord();
    assertThat(record.read(buffer, 0, bytes.length, crc)).isNull();
    assertThatThrownBy(() -> second.store.append(VOLUME, record))
        .isInstanceOf(CheckFailedException.class);
  }
}
