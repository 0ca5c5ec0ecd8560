package io.ashlar.simulation;

import static io.ashlar.core.device.DeviceDriver.carrying;
import static io.ashlar.core.device.DeviceDriver.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.device.DeviceDriver;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SimulatedBlockDeviceTest {
  private static final int BLOCK = 4096;
  private static final long SIZE = 1L << 40;

  private final SimulatedClock clock = new SimulatedClock();
  private final SimulatedBlockDevice disk = disk(1);
  private final DeviceDriver driver = new DeviceDriver(disk, () -> clock.advance(1_000_000));

  private SimulatedBlockDevice disk(long seed) {
    return new SimulatedBlockDevice("sim", SimulatedDiskOptions.ofSize(SIZE, seed), clock);
  }

  private DeviceDriver crash(CrashChoice choice) {
    return new DeviceDriver(disk.crash(choice), () -> clock.advance(1_000_000));
  }

  @Test
  void shouldLoseAWriteThatWasNotFlushedAndKeepOneThatWas() {
    driver.write(DeviceOperation.WRITE, 0, filled(1));
    driver.flush();
    driver.write(DeviceOperation.WRITE, 0, filled(2));
    driver.write(DeviceOperation.WRITE, SIZE - BLOCK, filled(3));
    DeviceDriver after = crash(CrashChoice.loseAll());
    assertThat(after.read(0, BLOCK)).containsOnly(1);
    assertThat(after.read(SIZE - BLOCK, BLOCK)).containsOnly(0);
  }

  @Test
  void shouldKeepDurableWritesOverOlderCachedOnes() {
    driver.write(DeviceOperation.WRITE, 0, Arrays.copyOf(filled(1), 3 * BLOCK));
    driver.write(DeviceOperation.WRITE_DURABLE, 0, filled(2));
    DeviceDriver after = crash(CrashChoice.keepAll(disk.state()));
    assertThat(after.read(0, BLOCK)).containsOnly(2);
  }

  @Test
  void shouldNotMakeDurableWhatCompletedAfterTheFlushWasSubmitted() {
    disk.faultNext(DiskFault.SLOW);
    DeviceRequest flush = request(DeviceOperation.FLUSH, 0, 0);
    disk.submit(flush);
    disk.submit(carrying(DeviceOperation.WRITE, 0, filled(1)));
    driver.drain();
    assertThat(disk.state().unsynced()).hasSize(1);
    assertThat(crash(CrashChoice.loseAll()).read(0, BLOCK)).containsOnly(0);
  }

  @Test
  void shouldKeepAnySubsetOfUnsyncedWritesAndTearOne() {
    for (int i = 0; i < 3; i++) {
      driver.write(DeviceOperation.WRITE, (long) i * BLOCK, filled(i + 1));
    }
    BitSet kept = new BitSet();
    kept.set(2);
    DeviceDriver after = crash(new CrashChoice(kept, new CrashChoice.Tear(1, 2, 5)));
    assertThat(after.read(0, BLOCK)).containsOnly(0);
    byte[] torn = new byte[BLOCK];
    Arrays.fill(torn, 2 * 512, 5 * 512, (byte) 2);
    assertThat(after.read(BLOCK, BLOCK)).isEqualTo(torn);
    assertThat(after.read(2 * BLOCK, BLOCK)).containsOnly(3);
  }

  @Test
  void shouldStopAtTheNamedWriteAndEndNothingAfterIt() {
    disk.stopAtWrite(2);
    driver.write(DeviceOperation.WRITE_DURABLE, 0, filled(1));
    DeviceRequest last = carrying(DeviceOperation.WRITE_DURABLE, 0, filled(2));
    disk.submit(last);
    assertThat(disk.isStopped()).isTrue();
    assertThat(disk.poll()).isZero();
    disk.submit(carrying(DeviceOperation.WRITE, BLOCK, filled(3)));
    assertThat(disk.state().unsynced()).as("what came after never happened").hasSize(1);
    assertThat(crash(CrashChoice.loseAll()).read(0, BLOCK)).containsOnly(1);
    assertThat(crash(CrashChoice.keepFirst(1)).read(0, BLOCK)).containsOnly(2);
  }

  @Test
  void shouldShowEachCrashPointOnceAndLeaveTheRunUndisturbed() {
    List<DiskState> states = new ArrayList<>();
    disk.onCrashPoints(states::add);
    for (int i = 1; i <= 5; i++) {
      driver.write(DeviceOperation.WRITE_DURABLE, 0, filled(i));
    }
    assertThat(states).hasSize(5);
    for (int i = 0; i < 5; i++) {
      assertThat(firstByte(states.get(i).crashed(CrashChoice.loseAll()))).isEqualTo((byte) i);
      assertThat(firstByte(states.get(i).crashed(CrashChoice.keepAll(states.get(i)))))
          .isEqualTo((byte) (i + 1));
    }
  }

  @Test
  void shouldEnumerateEverySubsetOfTheLastWritesAndTheTears() {
    for (int i = 0; i < 8; i++) {
      driver.write(DeviceOperation.WRITE, (long) i * BLOCK, filled(i + 1));
    }
    List<CrashChoice> choices = CrashChoice.enumerate(disk.state(), 6);
    assertThat(choices).doesNotHaveDuplicates().hasSize(64 + 2 * 5);
    assertThat(choices).allMatch(choice -> choice.kept().nextClearBit(0) >= 2);
    assertThat(CrashChoice.enumerate(disk(2).state(), 6)).as("nothing to lose").hasSize(1);
  }

  @Test
  void shouldReplayTheSameRunForTheSameSeed() {
    assertThat(randomRun(7)).isEqualTo(randomRun(7)).isNotEqualTo(randomRun(8));
  }

  private static final List<DeviceOperation> OPERATIONS = List.of(DeviceOperation.values());

  private long randomRun(long seed) {
    SimulatedBlockDevice one = disk(seed);
    for (DiskFault fault : DiskFault.values()) {
      one.faultRate(fault, fault == DiskFault.STUCK ? 0 : 50_000);
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      DeviceOperation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
      long offset = (long) random.nextInt(100) * BLOCK;
      one.submit(request(operation, offset, BLOCK));
      if (random.nextInt(4) == 0) {
        clock.advance(random.nextInt(1_000_000_000));
        one.poll();
      }
    }
    return one.operationsHash();
  }

  @Test
  void shouldFailAReadAndLeavePoisonInItsMemory() {
    driver.write(DeviceOperation.WRITE, 0, filled(1));
    disk.faultNext(DiskFault.READ_ERROR);
    DeviceRequest read = request(DeviceOperation.READ, 0, BLOCK);
    assertThat(driver.run(read)).isEqualTo(DeviceStatus.IO_ERROR);
    assertThat(read.errno).isEqualTo(5);
    assertThat(DeviceDriver.bytesOf(read)).containsOnly(DiskMemory.POISON);
    assertThat(driver.read(0, BLOCK)).as("the next one succeeds").containsOnly(1);
  }

  @Test
  void shouldAcknowledgeALostWrite() {
    disk.faultNext(DiskFault.LOST_WRITE);
    assertThat(driver.write(DeviceOperation.WRITE_DURABLE, 0, filled(1)))
        .isEqualTo(DeviceStatus.OK);
    assertThat(driver.read(0, BLOCK)).containsOnly(0);
  }

  @Test
  void shouldPutAMisdirectedWriteElsewhere() {
    SimulatedDiskOptions small = SimulatedDiskOptions.ofSize(8 * BLOCK, 3);
    SimulatedBlockDevice one = new SimulatedBlockDevice("sim", small, clock);
    one.faultNext(DiskFault.MISDIRECTED_WRITE);
    DeviceDriver driven = new DeviceDriver(one, () -> {});
    assertThat(driven.write(DeviceOperation.WRITE, 0, filled(9))).isEqualTo(DeviceStatus.OK);
    byte[] all = driven.read(0, 8 * BLOCK);
    int found = 0;
    for (int i = 0; i < 8; i++) {
      found += all[i * BLOCK] == 9 ? 1 : 0;
    }
    assertThat(found).isOne();
  }

  @Test
  void shouldFailAWriteThatMayBeThereInPart() {
    disk.faultNext(DiskFault.WRITE_ERROR);
    assertThat(driver.write(DeviceOperation.WRITE, 0, filled(1))).isEqualTo(DeviceStatus.IO_ERROR);
    byte[] now = driver.read(0, BLOCK);
    for (int sector = 0; sector < 8; sector++) {
      byte[] part = Arrays.copyOfRange(now, sector * 512, sector * 512 + 512);
      assertThat(part).containsOnly(part[0]);
    }
  }

  @Test
  void shouldTurnOneBitOverForGood() {
    driver.write(DeviceOperation.WRITE_DURABLE, 0, filled(0));
    disk.faultNext(DiskFault.BIT_ROT);
    byte[] first = driver.read(0, BLOCK);
    assertThat(BitSet.valueOf(first).cardinality()).isOne();
    assertThat(driver.read(0, BLOCK)).isEqualTo(first);
  }

  @Test
  void shouldKeepAStuckRequestUntilToldToGoOn() {
    disk.faultNext(DiskFault.STUCK);
    disk.submit(request(DeviceOperation.READ, 0, BLOCK));
    clock.advance(Long.MAX_VALUE / 4);
    assertThat(disk.poll()).isZero();
    assertThat(disk.inFlight()).isOne();
    disk.unstick();
    assertThat(disk.poll()).isOne();
  }

  @Test
  void shouldEndEverythingAsGoneOnceUnplugged() {
    disk.faultNext(DiskFault.STUCK);
    DeviceRequest stuck = request(DeviceOperation.READ, 0, BLOCK);
    disk.submit(stuck);
    disk.unplug();
    assertThat(disk.poll()).isOne();
    assertThat(stuck.status).isEqualTo(DeviceStatus.GONE);
    assertThat(driver.flush()).isEqualTo(DeviceStatus.GONE);
  }

  @Test
  void shouldCatchAnOwnerThatTouchesItsMemoryInFlight() {
    for (DeviceOperation operation : List.of(DeviceOperation.READ, DeviceOperation.WRITE)) {
      SimulatedBlockDevice one = disk(1);
      DeviceRequest request = request(operation, 0, BLOCK);
      one.submit(request);
      new UnsafeBuffer(request.address, BLOCK).putByte(512, (byte) 77);
      assertThatThrownBy(one::poll).isInstanceOf(CheckFailedException.class);
    }
  }

  @Test
  void shouldCatchARequestThatIsSubmittedTwice() {
    DeviceRequest read = request(DeviceOperation.READ, 0, BLOCK);
    disk.submit(read);
    assertThatThrownBy(() -> disk.submit(read)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldShuffleTheOrderOfCompletions() {
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      DeviceRequest read = new DeviceRequest(ended -> order.add(ended.offset));
      DeviceDriver.giveMemory(read, DeviceOperation.READ, (long) i * BLOCK, BLOCK);
      disk.submit(read);
    }
    disk.poll();
    assertThat(order).hasSize(32).isNotEqualTo(order.stream().sorted().toList());
  }

  private static byte firstByte(DiskImage image) {
    UnsafeBuffer read = new UnsafeBuffer(new byte[BLOCK]);
    image.read(0, read, 0, BLOCK);
    return read.getByte(0);
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[BLOCK];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
