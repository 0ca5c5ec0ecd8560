package io.ashlar.core.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.StreamCursor;
import io.ashlar.simulation.DiskFault;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogWriterTest {
  private static final int SEGMENTS = 16;
  private static final int BLOCK = 4096;

  private final LaneGeometry geometry = new LaneGeometry(0, 1, 512, 1 << 20, SEGMENTS, 1 << 20);
  private final LogOptions options = LogOptions.of(geometry, 2, 3);
  private final SimulatedClock clock = new SimulatedClock();
  private final FreeSegments free = FreeSegments.of(SEGMENTS);
  private final SegmentTable segments = new SegmentTable(geometry, free);
  private final Listener heard = new Listener();
  private SimulatedBlockDevice disk = disk(64);
  private LogWriter log = writer();

  /// Notes what became durable.
  private static final class Listener implements LogListener {
    final List<Long> durable = new ArrayList<>();
    @Nullable DeviceRequest failed;

    @Override
    public void onDurable(Group group) {
      durable.add(group.sequence());
    }

    @Override
    public void onFailed(Group group, DeviceRequest request) {
      failed = request;
    }
  }

  private SimulatedBlockDevice disk(int queueDepth) {
    long bytes = (SEGMENTS + 1L) << 20;
    return new SimulatedBlockDevice(
        "disk",
        SimulatedDiskOptions.ofSize(bytes, 1)
            .withGeometry(new DeviceGeometry(bytes, 512, queueDepth, true)),
        clock);
  }

  private LogWriter writer() {
    return new LogWriter(
        options,
        new LogIdentity(1, 0, 1),
        new LogWriter.Parts(segments, disk, new Crc32c(), clock, heard),
        BufferUtil.allocateDirectAligned(LogWriter.memoryBytes(options), 4096),
        1);
  }

  private boolean append(Stream stream, int payloadBytes) {
    Group group = log.buildingWithRoom(stream, 0, payloadBytes);
    if (group == null) {
      return false;
    }
    group.memory().setMemory(group.payloadStart(), payloadBytes, (byte) 7);
    group.record(RecordType.RESERVATIONS, 1, 0, 0, 0);
    group.payload(payloadBytes, 0);
    return true;
  }

  private void turn() {
    clock.advance(1);
    log.doWork();
    disk.poll();
  }

  @Test
  void shouldTakeNothingWhereNoSegmentIsFree() {
    assertThat(log.building(Stream.META)).isNull();
    assertThat(append(Stream.USER, BLOCK)).as("is built").isTrue();
    assertThat(log.roomBytes(Stream.USER)).isZero();
    turn();
    assertThat(heard.durable).as("and waits for a segment").isEmpty();
    assertThat(log.isQuiet()).isFalse();
    assertThat(log.cursor(Stream.COLD)).isEqualTo(StreamCursor.NONE);
    segments.offerRest();
    turn();
    assertThat(heard.durable).containsExactly(1L);
    assertThat(log.isQuiet()).isTrue();
  }

  @Test
  void shouldLeaveTheReserveToTheBackground() {
    segments.offerRest();
    for (int taken = 0; taken < SEGMENTS - 3; taken++) {
      segments.open(Stream.COLD, 1);
    }
    append(Stream.USER, BLOCK);
    append(Stream.COLD, BLOCK);
    log.flush(Stream.COLD);
    turn();
    assertThat(heard.durable).as("the cleaner's").containsExactly(1L);
    assertThat(log.isFlushed(Stream.USER)).isFalse();
    assertThat(log.isFlushed(Stream.COLD)).isTrue();
  }

  @Test
  void shouldKeepSmallGroupsApartWhereRoomIsDear() {
    segments.offerRest();
    log.userGroupGap(1000);
    append(Stream.USER, 512);
    log.doWork();
    long closedNs = clock.nanoTime();
    append(Stream.USER, 512);
    append(Stream.USER, 512);
    log.doWork();
    assertThat(log.isFlushed(Stream.USER)).as("more may come").isFalse();
    assertThat(log.deadlineNs()).isEqualTo(closedNs + 1000);
    clock.advance(999);
    log.doWork();
    assertThat(log.isFlushed(Stream.USER)).isFalse();
    clock.advance(1);
    log.doWork();
    assertThat(log.isFlushed(Stream.USER)).as("long enough").isTrue();
    turn();
    assertThat(heard.durable).as("both in one group").containsExactly(1L, 2L);
  }

  @Test
  void shouldNotHoldBackWhatNothingIsGainedBy() {
    segments.offerRest();
    log.userGroupGap(1000);
    append(Stream.USER, 512);
    turn();
    append(Stream.USER, 512);
    assertThat(log.deadlineNs()).as("none is at the device").isEqualTo(Long.MAX_VALUE);
    turn();
    assertThat(heard.durable).containsExactly(1L, 2L);
    append(Stream.USER, 512);
    log.doWork();
    append(Stream.USER, 8 * 512);
    assertThat(log.deadlineNs()).as("worth its header").isEqualTo(Long.MAX_VALUE);
    log.doWork();
    assertThat(log.isFlushed(Stream.USER)).isTrue();
    turn();
    append(Stream.USER, 512);
    log.doWork();
    append(Stream.USER, 512);
    log.userGroupGap(0);
    log.doWork();
    assertThat(log.isFlushed(Stream.USER)).as("room is not dear").isTrue();
  }

  @Test
  void shouldCountWhatEachStreamWrites() {
    segments.offerRest();
    append(Stream.USER, BLOCK);
    append(Stream.COLD, 2 * BLOCK);
    log.flush(Stream.COLD);
    turn();
    assertThat(log.bytesWritten(Stream.USER)).isEqualTo(512 + BLOCK);
    assertThat(log.bytesWritten(Stream.COLD)).isEqualTo(512 + 2 * BLOCK);
    assertThat(log.bytesWritten(Stream.META)).isZero();
    assertThat(log.bytesWritten()).isEqualTo(2 * 512 + 3 * BLOCK);
  }

  @Test
  void shouldPublishInOrderWhateverTheDeviceDoes() {
    segments.offerRest();
    disk.latency(0, 50);
    for (int group = 0; group < 100; ) {
      group += append(Stream.USER, BLOCK) ? 1 : 0;
      turn();
    }
    for (int turns = 0; !log.isQuiet(); turns++) {
      assertThat(turns).isLessThan(1000);
      turn();
    }
    for (int i = 0; i < heard.durable.size(); i++) {
      assertThat(heard.durable.get(i)).isEqualTo(i + 1L);
    }
    assertThat(log.durableThrough()).isEqualTo(log.sequenceNext() - 1);
  }

  @Test
  void shouldWaitForADeviceThatIsFull() {
    disk = disk(1);
    log = writer();
    segments.offerRest();
    append(Stream.USER, BLOCK);
    log.doWork();
    append(Stream.USER, BLOCK);
    log.doWork();
    assertThat(disk.inFlight()).isOne();
    assertThat(log.isPending(geometry.segmentOffset(0) / 512, segments.generation(0))).isTrue();
    turn();
    turn();
    turn();
    assertThat(heard.durable).containsExactly(1L, 2L);
  }

  @Test
  void shouldKeepAGroupInHandUntilOneIsFree() {
    segments.offerRest();
    disk.latency(1_000_000, 1_000_000);
    int taken = 0;
    while (append(Stream.COLD, 400 * 1024)) {
      taken++;
      assertThat(taken).as("groups are bounded").isLessThan(options.groups() + 1);
    }
    assertThat(taken).isPositive();
    clock.advance(2_000_000);
    turn();
    assertThat(append(Stream.COLD, 400 * 1024)).isTrue();
  }

  @Test
  void shouldWriteItsMarkOnceAndOnlyWhenNothingIsUnderWay() {
    segments.offerRest();
    assertThat(log.needsMark()).isFalse();
    assertThat(log.markIfNeeded()).isFalse();
    append(Stream.USER, BLOCK);
    turn();
    turn();
    assertThat(log.needsMark()).isTrue();
    append(Stream.USER, BLOCK);
    assertThat(log.markIfNeeded()).as("a group is building").isFalse();
    turn();
    turn();
    assertThat(log.markIfNeeded()).isTrue();
    assertThat(log.markIfNeeded()).as("the mark is under way").isFalse();
    turn();
    turn();
    assertThat(heard.durable).containsExactly(1L, 2L, 3L);
    assertThat(log.needsMark()).as("a mark needs no mark").isFalse();
    assertThat(log.markIfNeeded()).isFalse();
    append(Stream.USER, BLOCK);
    turn();
    turn();
    assertThat(log.needsMark()).isTrue();
  }

  @Test
  void shouldStopAtTheFirstErrorAndRecallWhatItHolds() {
    segments.offerRest();
    append(Stream.META, 3 * BLOCK);
    append(Stream.USER, BLOCK);
    Group meta = log.building(Stream.META);
    assertThat(meta).isNotNull();
    long place = geometry.segmentOffset(meta.segment()) + meta.payloadOffset();
    disk.faultNext(DiskFault.WRITE_ERROR);
    turn();
    turn();
    assertThat(heard.failed).isNotNull();
    assertThat(log.isFailed()).isTrue();
    assertThat(log.building(Stream.USER)).isNull();
    assertThat(log.markIfNeeded()).isFalse();
    assertThat(log.needsMark()).isFalse();
    List<Group> left = new ArrayList<>();
    log.failAll(left::add);
    assertThat(left).hasSize(2);
    UnsafeBuffer copy = new UnsafeBuffer(BufferUtil.allocateDirectAligned(BLOCK, BLOCK));
    int life = meta.generation();
    assertThat(log.recall(place / 512 + 8, life, BLOCK, copy.addressOffset())).isTrue();
    assertThat(copy.getByte(BLOCK - 1)).isEqualTo((byte) 7);
    assertThat(log.recall(place / 512 + 24, life, BLOCK, copy.addressOffset()))
        .as("beyond the payload")
        .isFalse();
    assertThat(log.recall(place / 512 - 1, life, 512, copy.addressOffset()))
        .as("the header")
        .isFalse();
    assertThat(log.recall(place / 512, life + 1, 512, copy.addressOffset()))
        .as("another life")
        .isFalse();
    assertThat(log.recall(geometry.segmentOffset(SEGMENTS - 1) / 512, 1, 512, copy.addressOffset()))
        .as("another segment")
        .isFalse();
  }

  @Test
  void shouldRefuseOptionsThatDoNotFit() {
    assertThatThrownBy(() -> new LogOptions(BLOCK, 36 * 1024, 2, BLOCK, 1))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LogOptions(40 * BLOCK + 1, 36 * 1024, 2, BLOCK, 1))
        .isInstanceOf(CheckFailedException.class);
    for (int inFlight : new int[] {0, 9}) {
      assertThatThrownBy(() -> new LogOptions(40 * BLOCK, 36 * 1024, inFlight, BLOCK, 1))
          .isInstanceOf(CheckFailedException.class);
    }
    for (int header : new int[] {BLOCK + 1, 8 * BLOCK}) {
      assertThatThrownBy(() -> new LogOptions(40 * BLOCK, 36 * 1024, 2, header, 1))
          .isInstanceOf(CheckFailedException.class);
    }
    assertThatThrownBy(() -> new LogOptions(40 * BLOCK, 36 * 1024, 2, BLOCK, -1))
        .isInstanceOf(CheckFailedException.class);
  }
}
