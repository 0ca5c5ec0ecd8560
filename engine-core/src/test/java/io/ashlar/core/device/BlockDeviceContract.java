package io.ashlar.core.device;

import static io.ashlar.core.device.DeviceDriver.bytesOf;
import static io.ashlar.core.device.DeviceDriver.carrying;
import static io.ashlar.core.device.DeviceDriver.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [BlockDevice] must do. An implementation runs it by saying how to make a device and,
/// if its time is not the world's, how time passes.
public abstract class BlockDeviceContract {
  protected static final long SIZE_BYTES = 16L << 20;
  private static final int BLOCK = 4096;
  private static final int LARGE = 4 << 20;

  /// A device of at least [#SIZE_BYTES].
  protected abstract BlockDevice newDevice() throws Exception;

  /// Lets time go by between two polls.
  protected void pass() {
    Thread.onSpinWait();
  }

  @SuppressWarnings("NullAway.Init") // set before each test
  private BlockDevice device;

  @SuppressWarnings("NullAway.Init") // set before each test
  private DeviceDriver driver;

  @BeforeEach
  void openDevice() throws Exception {
    device = newDevice();
    driver = new DeviceDriver(device, this::pass);
  }

  @AfterEach
  void closeDevice() {
    device.close();
  }

  @Test
  void shouldTellItsNameAndShape() {
    assertThat(device.name()).isNotBlank();
    assertThat(device.geometry().sizeBytes()).isGreaterThanOrEqualTo(SIZE_BYTES);
    assertThat(BLOCK % device.geometry().alignmentBytes()).isZero();
    assertThat(device.inFlight()).isZero();
    assertThat(device.poll()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "WRITE_DURABLE"})
  void shouldReadBackWhatWasWritten(DeviceOperation operation) {
    long last = device.geometry().sizeBytes() - BLOCK;
    for (long offset : new long[] {0, 5 * BLOCK, last}) {
      byte[] bytes = random(offset, BLOCK);
      assertThat(driver.write(operation, offset, bytes)).isEqualTo(DeviceStatus.OK);
      assertThat(driver.read(offset, BLOCK)).isEqualTo(bytes);
      assertThat(driver.flush()).isEqualTo(DeviceStatus.OK);
      assertThat(driver.read(offset, BLOCK)).isEqualTo(bytes);
    }
  }

  @Test
  void shouldKeepTheNewerOfTwoWritesWhateverTheirKind() {
    byte[] newer = random(2, BLOCK);
    driver.write(DeviceOperation.WRITE, 0, random(1, 3 * BLOCK));
    driver.write(DeviceOperation.WRITE_DURABLE, BLOCK, newer);
    assertThat(driver.read(BLOCK, BLOCK)).isEqualTo(newer);
    assertThat(driver.flush()).isEqualTo(DeviceStatus.OK);
    assertThat(driver.read(BLOCK, BLOCK)).as("a flush does not undo it").isEqualTo(newer);
    byte[] around = random(1, 3 * BLOCK);
    System.arraycopy(newer, 0, around, BLOCK, BLOCK);
    assertThat(driver.read(0, 3 * BLOCK)).isEqualTo(around);
  }

  @Test
  void shouldWriteUnitsOfItsAlignmentWithoutTouchingTheirNeighbours() {
    int unit = device.geometry().alignmentBytes();
    byte[] all = random(1, 4 * unit);
    byte[] one = random(2, unit);
    driver.write(DeviceOperation.WRITE, 0, all);
    driver.write(DeviceOperation.WRITE, unit, one);
    System.arraycopy(one, 0, all, unit, unit);
    assertThat(driver.read(0, 4 * unit)).isEqualTo(all);
  }

  @Test
  void shouldMoveALargeTransferWhole() {
    byte[] bytes = random(3, LARGE);
    assertThat(driver.write(DeviceOperation.WRITE_DURABLE, BLOCK, bytes))
        .isEqualTo(DeviceStatus.OK);
    assertThat(driver.read(BLOCK, LARGE)).isEqualTo(bytes);
  }

  @Test
  void shouldUseMemoryInsideAndOutsideItsArena() {
    ByteBuffer arena = BufferUtil.allocateDirectAligned(4 * BLOCK, BLOCK);
    device.useArena(arena);
    byte[] bytes = random(4, BLOCK);
    arena.put(BLOCK, bytes);
    DeviceRequest inside = request(DeviceOperation.WRITE, 0, BLOCK);
    inside.address = new UnsafeBuffer(arena).addressOffset() + BLOCK;
    assertThat(driver.run(inside)).isEqualTo(DeviceStatus.OK);
    assertThat(driver.read(0, BLOCK)).as("read into other memory").isEqualTo(bytes);
  }

  @Test
  void shouldEndRequestsOnlyFromWithinPoll() {
    List<DeviceRequest> ended = new ArrayList<>();
    DeviceRequest read = new DeviceRequest(ended::add);
    DeviceDriver.giveMemory(read, DeviceOperation.READ, 0, BLOCK);
    assertThat(device.submit(read)).isTrue();
    assertThat(ended).isEmpty();
    assertThat(device.inFlight()).isOne();
    driver.drain();
    assertThat(ended).containsExactly(read);
    assertThat(device.poll()).isZero();
  }

  @Test
  void shouldRefuseMoreThanItsQueueHoldsAndGoOnAfterwards() {
    List<DeviceRequest> ended = new ArrayList<>();
    int depth = device.geometry().queueDepth();
    for (int i = 0; i <= depth; i++) {
      DeviceRequest read = new DeviceRequest(ended::add);
      DeviceDriver.giveMemory(read, DeviceOperation.READ, (long) (i % 256) * BLOCK, BLOCK);
      assertThat(device.submit(read)).as("request %d of %d", i, depth).isEqualTo(i < depth);
    }
    assertThat(device.inFlight()).isEqualTo(depth);
    driver.drain();
    assertThat(ended).hasSize(depth).doesNotHaveDuplicates();
    assertThat(driver.flush()).isEqualTo(DeviceStatus.OK);
  }

  @Test
  void shouldTakeTheSameRequestAgainFromItsCompletion() {
    int[] ends = {0};
    DeviceRequest read =
        new DeviceRequest(ended -> {
          assertThat(ended.status).isEqualTo(DeviceStatus.OK);
          if (++ends[0] < 100) {
            assertThat(device.submit(ended)).isTrue();
          }
        });
    DeviceDriver.giveMemory(read, DeviceOperation.READ, 0, BLOCK);
    device.submit(read);
    driver.drain();
    assertThat(ends[0]).isEqualTo(100);
  }

  @Test
  void shouldTellHowManyEnded() {
    int submitted = Math.min(8, device.geometry().queueDepth());
    for (int i = 0; i < submitted; i++) {
      device.submit(request(DeviceOperation.READ, (long) i * BLOCK, BLOCK));
    }
    int ended = 0;
    for (long polls = 0; device.inFlight() > 0 && polls < 1_000_000_000L; polls++) {
      ended += device.poll();
      pass();
      assertThat(ended + device.inFlight()).isEqualTo(submitted);
    }
    assertThat(ended).isEqualTo(submitted);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldKeepManyRequestsInFlightApart(long seed) {
    Random random = new Random(seed);
    int slots = Math.min(32, device.geometry().queueDepth());
    byte[][] written = new byte[512][];
    for (int round = 0; round < 20; round++) {
      List<DeviceRequest> reads = new ArrayList<>();
      for (int i = 0; i < slots; i++) {
        int block = i * 16 + random.nextInt(16);
        if (random.nextBoolean() || written[block] == null) {
          written[block] = random(random.nextLong(), BLOCK);
          DeviceOperation operation =
              random.nextBoolean() ? DeviceOperation.WRITE : DeviceOperation.WRITE_DURABLE;
          device.submit(carrying(operation, (long) block * BLOCK, written[block]));
        } else {
          reads.add(request(DeviceOperation.READ, (long) block * BLOCK, BLOCK));
          device.submit(reads.getLast());
        }
      }
      driver.drain();
      for (DeviceRequest read : reads) {
        assertThat(bytesOf(read))
            .as("seed %d", seed)
            .isEqualTo(written[(int) (read.offset / BLOCK)]);
      }
    }
  }

  @Test
  void shouldTakeADiscardOrSayThatItDoesNot() {
    byte[] around = random(5, 4 * BLOCK);
    driver.write(DeviceOperation.WRITE, 0, around);
    assertThat(driver.run(request(DeviceOperation.DISCARD, BLOCK, 2 * BLOCK)))
        .isIn(DeviceStatus.OK, DeviceStatus.UNSUPPORTED);
    assertThat(driver.read(0, BLOCK)).isEqualTo(Arrays.copyOf(around, BLOCK));
    byte[] next = random(6, BLOCK);
    driver.write(DeviceOperation.WRITE, BLOCK, next);
    assertThat(driver.read(BLOCK, BLOCK)).as("discarded ranges may be written").isEqualTo(next);
  }

  @Test
  void shouldDiscardMoreThanATransferMayCarry() {
    assertThat(driver.run(request(DeviceOperation.DISCARD, 0, device.geometry().sizeBytes())))
        .isIn(DeviceStatus.OK, DeviceStatus.UNSUPPORTED);
  }

  @ParameterizedTest
  @EnumSource(names = "FLUSH", mode = EnumSource.Mode.EXCLUDE)
  void shouldRefuseRangesThatAreNotOnTheDevice(DeviceOperation operation) {
    long size = device.geometry().sizeBytes();
    assertRefused(operation, size, BLOCK);
    assertRefused(operation, size - BLOCK, 2 * BLOCK);
    assertRefused(operation, -BLOCK, BLOCK);
    assertRefused(operation, 0, 0);
    assertRefused(operation, Long.MAX_VALUE - BLOCK + 1, BLOCK);
  }

  @ParameterizedTest
  @EnumSource(names = "FLUSH", mode = EnumSource.Mode.EXCLUDE)
  void shouldRefuseRangesThatAreNotAligned(DeviceOperation operation) {
    int half = device.geometry().alignmentBytes() / 2;
    assertRefused(operation, half, BLOCK);
    assertRefused(operation, 0, BLOCK + half);
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "WRITE", "WRITE_DURABLE"})
  void shouldRefuseMemoryThatIsNotAligned(DeviceOperation operation) {
    DeviceRequest request = request(operation, 0, 2 * BLOCK);
    request.length = BLOCK;
    request.address += device.geometry().alignmentBytes() / 2;
    assertThatThrownBy(() -> device.submit(request)).isInstanceOf(CheckFailedException.class);
    request.address = 0;
    assertThatThrownBy(() -> device.submit(request)).isInstanceOf(CheckFailedException.class);
    assertThat(device.inFlight()).isZero();
  }

  @Test
  void shouldCloseTwice() {
    device.close();
    device.close();
  }

  private void assertRefused(DeviceOperation operation, long offset, long length) {
    DeviceRequest request = request(operation, 0, 4 * BLOCK);
    request.offset = offset;
    request.length = length;
    assertThatThrownBy(() -> device.submit(request)).isInstanceOf(CheckFailedException.class);
    assertThat(device.inFlight()).isZero();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
