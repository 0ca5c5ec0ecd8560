package io.ashlar.core.qos;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Clock;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ThrottledVolumeTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  private final FakeVolume inner = new FakeVolume();
  private final FakeClock clock = new FakeClock();
  private final ThrottledVolume volume = new ThrottledVolume(inner, clock);
  private final List<BlockRequest> completed = new ArrayList<>();

  @Test
  void shouldPassStraightOnWithoutLimits() {
    BlockRequest request = submit(BlockOperation.WRITE, 4096);
    assertThat(inner.reached).containsExactly(request);
    assertThat(volume.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    assertThat(volume.doWork(clock.nowNs)).isZero();
  }

  @Test
  void shouldShowTheVolumeItWraps() {
    assertThat(volume.id()).isEqualTo(inner.id());
    assertThat(volume.geometry()).isEqualTo(inner.geometry());
    assertThat(volume.reservations()).isSameAs(inner.reservations());
    assertThat(volume.limits()).isEqualTo(QosLimits.UNLIMITED);
    assertThat(QosLimits.UNLIMITED.isUnlimited()).isTrue();
  }

  @Test
  void shouldReleaseInTheOrderOfArrivalAsTokensAllow() {
    volume.limits(new QosLimits(10, 0, 1000));
    BlockRequest first = submit(BlockOperation.READ, 512);
    BlockRequest second = submit(BlockOperation.WRITE, 512);
    BlockRequest third = submit(BlockOperation.READ, 512);
    assertThat(inner.reached).isEmpty();
    assertThat(volume.waiting()).isEqualTo(3);
    assertThat(volume.deadlineNs()).isEqualTo(clock.nowNs + 100 * MS);
    turnAfter(100 * MS - 1);
    assertThat(inner.reached).isEmpty();
    turnAfter(1);
    assertThat(inner.reached).containsExactly(first);
    turnAfter(250 * MS);
    assertThat(inner.reached).containsExactly(first, second, third);
    assertThat(volume.waiting()).isZero();
    assertThat(volume.deadlineNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldNotLetARequestOvertakeThoseThatWait() {
    volume.limits(new QosLimits(0, 4096 * 10, 1000));
    BlockRequest large = submit(BlockOperation.WRITE, 4096);
    BlockRequest small = submit(BlockOperation.WRITE, 512);
    turnAfter(50 * MS);
    assertThat(inner.reached).isEmpty();
    turnAfter(100 * MS);
    assertThat(inner.reached).containsExactly(large, small);
  }

  @Test
  void shouldLetFlushesAndSavedReservationsThroughAtOnce() {
    volume.limits(new QosLimits(1, 1, 1000));
    submit(BlockOperation.WRITE, 4096);
    BlockRequest flush = submit(BlockOperation.FLUSH, 0);
    BlockRequest save = submit(BlockOperation.SAVE_RESERVATIONS, 0);
    assertThat(inner.reached).containsExactly(flush, save);
  }

  @Test
  void shouldChargeOnlyBytesThatMove() {
    volume.limits(new QosLimits(0, 1_000_000, 1000));
    clock.nowNs += SECOND;
    submit(BlockOperation.UNMAP, 1L << 30);
    submit(BlockOperation.WRITE_ZEROES, 1L << 30);
    submit(BlockOperation.MAPPING, 1L << 30);
    submit(BlockOperation.WRITE, -5);
    submit(BlockOperation.READ, 1_000_000);
    assertThat(inner.reached).hasSize(5);
    submit(BlockOperation.READ, 1);
    assertThat(volume.waiting()).isEqualTo(1);
    assertThat(volume.deadlineNs() - clock.nowNs).isEqualTo(1000);
  }

  @Test
  void shouldChargeALengthBeyondTheTransferLimitAsTheLimit() {
    volume.limits(new QosLimits(0, 1 << 20, 1000));
    clock.nowNs += SECOND;
    submit(BlockOperation.WRITE, Long.MAX_VALUE);
    turnAfter(SECOND);
    submit(BlockOperation.COPY, 1 << 20);
    turnAfter(SECOND);
    submit(BlockOperation.VERIFY, 1 << 20);
    assertThat(inner.reached).hasSize(3);
  }

  @Test
  void shouldCopyFromTheVolumeBehindAThrottledSource() {
    BlockRequest copy = request(BlockOperation.COPY, 4096);
    copy.source = volume;
    volume.submit(copy);
    assertThat(copy.source).isSameAs(inner);
  }

  @Test
  void shouldWithdrawARequestThatWaitsHere() {
    volume.limits(new QosLimits(10, 0, 1000));
    BlockRequest first = submit(BlockOperation.READ, 512);
    BlockRequest second = submit(BlockOperation.READ, 512);
    BlockRequest third = submit(BlockOperation.READ, 512);
    assertThat(volume.abort(second)).isTrue();
    assertThat(volume.abort(third)).isTrue();
    assertThat(completed).containsExactly(second, third);
    assertThat(second.status).isEqualTo(BlockStatus.ABORTED);
    assertThat(second.next).isNull();
    assertThat(second.slot).isNull();
    BlockRequest fourth = submit(BlockOperation.READ, 512);
    turnAfter(SECOND);
    assertThat(inner.reached).containsExactly(first, fourth);
    assertThat(inner.aborted).isEmpty();
    assertThat(volume.abort(first)).isTrue();
    assertThat(inner.aborted).containsExactly(first);
  }

  @Test
  void shouldWithdrawTheFirstThatWaits() {
    volume.limits(new QosLimits(10, 0, 1000));
    BlockRequest first = submit(BlockOperation.READ, 512);
    BlockRequest second = submit(BlockOperation.READ, 512);
    assertThat(volume.abort(first)).isTrue();
    turnAfter(SECOND);
    assertThat(inner.reached).containsExactly(second);
  }

  @Test
  void shouldNotAbortWhatIsNotHere() {
    volume.limits(new QosLimits(10, 0, 1000));
    ThrottledVolume other = new ThrottledVolume(inner, clock);
    other.limits(new QosLimits(10, 0, 1000));
    BlockRequest elsewhere = request(BlockOperation.READ, 512);
    other.submit(elsewhere);
    assertThat(other.waiting()).isEqualTo(1);
    volume.abort(elsewhere);
    assertThat(inner.aborted).containsExactly(elsewhere);
    BlockRequest forged = request(BlockOperation.READ, 512);
    forged.slot = volume;
    assertThat(volume.abort(forged)).isFalse();
  }

  @Test
  void shouldReleaseWaitingRequestsInOrderWhenLimitsAreLifted() {
    volume.limits(new QosLimits(1, 0, 1000));
    List<BlockRequest> submitted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      submitted.add(submit(BlockOperation.READ, 512));
    }
    volume.limits(QosLimits.UNLIMITED);
    submitted.add(submit(BlockOperation.READ, 512));
    assertThat(inner.reached).isEmpty();
    assertThat(volume.deadlineNs()).isEqualTo(clock.nowNs);
    int turns = 0;
    while (volume.doWork(clock.nowNs) > 0) {
      turns++;
    }
    assertThat(turns).isEqualTo(4);
    assertThat(inner.reached).isEqualTo(submitted);
  }

  @Test
  void shouldTakeRequestsFromWithinCompletions() {
    inner.completesAtOnce = true;
    volume.limits(new QosLimits(100, 0, 1000));
    int[] left = {50};
    BlockRequest[] request = new BlockRequest[1];
    request[0] =
        new BlockRequest(done -> {
          if (--left[0] > 0) {
            volume.submit(request[0]);
          }
        });
    request[0].operation = BlockOperation.READ;
    volume.submit(request[0]);
    turnAfter(SECOND);
    assertThat(left[0]).isZero();
  }

  @Test
  void shouldKeepALimitedVolumeWithinFivePercentOfItsLimitsOverTenSeconds() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    inner.completesAtOnce = true;
    for (QosLimits limits :
        new QosLimits[] {
          new QosLimits(500, 0, 1000),
          new QosLimits(0, 20 << 20, 100),
          new QosLimits(777, 8 << 20, 10)
        }) {
      volume.limits(limits);
      inner.reached.clear();
      inner.bytes = 0;
      long endNs = clock.nowNs + 10 * SECOND;
      while (clock.nowNs < endNs) {
        while (volume.waiting() < 32) {
          submit(BlockOperation.WRITE, 4096L * (1 + random.nextInt(8)));
        }
        turnAfter(random.nextInt(2_000_000));
      }
      double iops = limits.iops() == 0 ? 0 : inner.reached.size() / 10.0 / limits.iops();
      double bytes =
          limits.bytesPerSecond() == 0 ? 0 : inner.bytes / 10.0 / limits.bytesPerSecond();
      assertThat(Math.max(iops, bytes)).as("seed %d %s", seed, limits).isBetween(0.95, 1.05);
      volume.limits(QosLimits.UNLIMITED);
      while (volume.waiting() > 0) {
        turnAfter(0);
      }
    }
  }

  @Test
  void shouldKeepBurstsWithinWhatWasSavedUp() {
    volume.limits(new QosLimits(1000, 0, 500));
    clock.nowNs += 60 * SECOND;
    for (int i = 0; i < 2000; i++) {
      submit(BlockOperation.READ, 512);
    }
    assertThat(inner.reached).hasSize(500);
  }

  private BlockRequest submit(BlockOperation operation, long lengthBytes) {
    BlockRequest request = request(operation, lengthBytes);
    volume.submit(request);
    return request;
  }

  private BlockRequest request(BlockOperation operation, long lengthBytes) {
    BlockRequest request = new BlockRequest(completed::add);
    request.operation = operation;
    request.lengthBytes = lengthBytes;
    return request;
  }

  private void turnAfter(long ns) {
    clock.nowNs += ns;
    volume.doWork(clock.nowNs);
  }

  private static final class FakeClock implements Clock {
    long nowNs = 7_000_000_000L;

    @Override
    public long nanoTime() {
      return nowNs;
    }

    @Override
    public long epochMillis() {
      return 0;
    }
  }
}
