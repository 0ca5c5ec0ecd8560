package io.ashlar.replication.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.network.NetworkFault;
import io.ashlar.simulation.network.NetworkOptions;
import io.ashlar.simulation.network.SimulatedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
  private static final long TURN_NS = 100_000;
  private static final LinkOptions OPTIONS = new LinkOptions(2 << 20, 64, 20_000_000L);

  private final SimulatedClock clock = new SimulatedClock();
  private SimulatedNetwork network = new SimulatedNetwork(NetworkOptions.seeded(1), clock);
  private End one = new End(1, 2, 10);
  private End two = new End(2, 1, 20);

  /// One node's end of the link.
  private final class End implements Link.Listener {
    private final Transport transport;
    private final Link link;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    private final List<Long> received = new ArrayList<>();
    private final List<Long> lives = new ArrayList<>();
    private boolean isBusy;
    private long offered;

    End(int self, int peer, long life) {
      transport = network.attach(self);
      link = new Link(transport, peer, TrafficClass.REPLICATION, OPTIONS, life, this);
    }

    /// Offers the next number.
    boolean offer(int length) {
      buffer.putLong(0, offered + 1);
      buffer.setMemory(Long.BYTES, length - Long.BYTES, (byte) offered);
      boolean isTaken = link.offer(buffer, 0, length);
      offered += isTaken ? 1 : 0;
      return isTaken;
    }

    void turn() {
      transport.poll((from, traffic, message, offset, length) ->
          link.onFrame(message, offset, length, clock.nanoTime()));
      link.doWork(clock.nanoTime());
    }

    @Override
    public boolean onMessage(DirectBuffer message, int offset, int length) {
      if (isBusy) {
        return false;
      }
      long number = message.getLong(offset);
      for (int i = Long.BYTES; i < length; i++) {
        assertThat(message.getByte(offset + i)).isEqualTo((byte) (number - 1));
      }
      received.add(number);
      return true;
    }

    @Override
    public void onNewLife(long life) {
      lives.add(life);
      offered = 0;
      received.clear();
    }
  }

  private void turn() {
    clock.advance(TURN_NS);
    one.turn();
    two.turn();
  }

  private void turnUntilIdle() {
    for (int turns = 0; !one.link.isIdle() || !two.link.isIdle(); turns++) {
      assertThat(turns).as("everything arrives").isLessThan(200_000);
      turn();
    }
  }

  private void connect() {
    for (int turns = 0; !one.link.isConnected() || !two.link.isConnected(); turns++) {
      assertThat(turns).isLessThan(10_000);
      turn();
    }
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void shouldIntroduceBothEnds() {
    assertThat(one.offer(100)).as("nobody is there yet").isFalse();
    connect();
    assertThat(one.lives).containsExactly(20L);
    assertThat(two.lives).containsExactly(10L);
  }

  @Test
  void shouldDeliverInOrderBothWays() {
    connect();
    for (int i = 0; i < 500; i++) {
      one.offer(8 + i);
      two.offer(8 + 2 * i);
      turn();
    }
    turnUntilIdle();
    assertThat(two.received).isEqualTo(upTo(one.offered)).hasSizeGreaterThan(400);
    assertThat(one.received).isEqualTo(upTo(two.offered)).hasSizeGreaterThan(400);
  }

  @Test
  void shouldRefuseMoreThanItsWindow() {
    connect();
    while (one.offer(100)) {
      assertThat(one.offered).isLessThanOrEqualTo(64);
    }
    assertThat(one.offered).isEqualTo(64);
    turnUntilIdle();
    assertThat(one.offer(100)).isTrue();
  }

  @Test
  void shouldBringAgainWhatCouldNotBeTaken() {
    connect();
    two.isBusy = true;
    one.offer(100);
    one.offer(100);
    for (int i = 0; i < 1000; i++) {
      turn();
    }
    assertThat(two.received).isEmpty();
    two.isBusy = false;
    turnUntilIdle();
    assertThat(two.received).containsExactly(1L, 2L);
  }

  @Test
  void shouldForgetWhatAnEndedLifeWasSent() {
    connect();
    one.offer(100);
    turnUntilIdle();
    one.offer(100);
    one.offer(100);
    two = new End(2, 1, 21);
    connect();
    for (int i = 0; i < 1000; i++) {
      turn();
    }
    assertThat(two.received).as("was for the life before").isEmpty();
    assertThat(one.lives).containsExactly(20L, 21L);
    one.offer(100);
    turnUntilIdle();
    assertThat(two.received).containsExactly(1L);
  }

  @Test
  void shouldNotHearALifeThatIsOver() {
    connect();
    two = new End(2, 1, 19);
    for (int i = 0; i < 1000; i++) {
      turn();
    }
    assertThat(one.lives).containsExactly(20L);
    assertThat(two.link.isConnected()).as("nobody answers it").isFalse();
  }

  /// Messages get lost, late, doubled, overtaken; links are cut and nodes start anew.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldDeliverOnceAndInOrderWhateverHappensOnTheWay(long seed) {
    network = new SimulatedNetwork(NetworkOptions.seeded(seed), clock);
    SplittableRandom dice = new SplittableRandom(seed);
    for (NetworkFault fault : NetworkFault.values()) {
      network.rate(fault, 20_000);
    }
    one = new End(1, 2, 10);
    two = new End(2, 1, 20);
    int lives = 1;
    for (int i = 0; i < 20_000; i++) {
      if (dice.nextInt(3) == 0) {
        one.offer(8 + dice.nextInt(2000));
      }
      if (dice.nextInt(3) == 0) {
        two.offer(8 + dice.nextInt(2000));
      }
      one.isBusy = dice.nextInt(10) == 0;
      two.isBusy = dice.nextInt(10) == 0;
      if (dice.nextInt(4000) == 0) {
        two = new End(2, 1, 20 + lives++);
      }
      if (dice.nextInt(500) == 0) {
        network.cut(1, 2);
      }
      if (dice.nextInt(100) == 0) {
        network.mend(1, 2);
      }
      turn();
      assertThat(two.received).isEqualTo(upTo(two.received.size()));
      assertThat(one.received).isEqualTo(upTo(one.received.size()));
    }
    network.heal();
    one.isBusy = false;
    two.isBusy = false;
    connect();
    turnUntilIdle();
    assertThat(two.received).as("seed %d", seed).isEqualTo(upTo(one.offered));
    assertThat(one.received).as("seed %d", seed).isEqualTo(upTo(two.offered));
    assertThat(network.faults()).isGreaterThan(100);
  }
}
