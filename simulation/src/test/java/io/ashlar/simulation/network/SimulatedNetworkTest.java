package io.ashlar.simulation.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.simulation.SimulatedClock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
  private static final int MILLION = 1_000_000;
  private static final int COUNT = 200;
  private static final long SECOND = 1_000_000_000L;

  private final SimulatedClock clock = new SimulatedClock();
  private SimulatedNetwork network = new SimulatedNetwork(NetworkOptions.seeded(5), clock);
  private SimulatedTransport one = network.attach(1);
  private SimulatedTransport two = network.attach(2);

  private final List<Integer> received = new ArrayList<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Integer.BYTES]);

  private void send(int... numbers) {
    for (int number : numbers) {
      buffer.putInt(0, number);
      assertThat(one.send(2, TrafficClass.REPLICATION, buffer, 0, Integer.BYTES)).isTrue();
      clock.advance(1_000);
    }
  }

  private List<Integer> receiveAll() {
    while (network.nextDueNs() != Long.MAX_VALUE) {
      clock.advanceTo(network.nextDueNs());
      two.poll((from, traffic, message, offset, length) -> received.add(message.getInt(offset)));
      one.poll((from, traffic, message, offset, length) -> {});
    }
    return received;
  }

  private static int[] numbers() {
    return IntStream.range(0, COUNT).toArray();
  }

  private static List<Integer> inOrder() {
    return IntStream.range(0, COUNT).boxed().toList();
  }

  @Test
  void shouldKeepTheOrderWhereNothingIsWrong() {
    send(numbers());
    assertThat(receiveAll()).isEqualTo(inOrder());
    assertThat(network.faults()).isZero();
  }

  @Test
  void shouldLoseSome() {
    network.rate(NetworkFault.LOST, MILLION / 2);
    send(numbers());
    assertThat(receiveAll()).hasSizeBetween(COUNT / 4, 3 * COUNT / 4).isSorted();
    assertThat(network.faults()).isEqualTo(COUNT - received.size());
  }

  @Test
  void shouldKeepTheOrderOfWhatIsLate() {
    long begun = clock.nanoTime();
    network.rate(NetworkFault.LATE, MILLION / 20);
    send(numbers());
    assertThat(receiveAll()).isEqualTo(inOrder());
    assertThat(clock.nanoTime() - begun).isGreaterThan(SECOND / 10);
  }

  @Test
  void shouldLetMessagesOvertakeOthers() {
    network.rate(NetworkFault.OVERTAKEN, MILLION / 20);
    send(numbers());
    assertThat(receiveAll()).containsExactlyInAnyOrderElementsOf(inOrder());
    assertThat(received).isNotEqualTo(inOrder());
  }

  @Test
  void shouldDeliverSomeTwice() {
    network.rate(NetworkFault.DOUBLED, MILLION / 20);
    send(numbers());
    assertThat(receiveAll()).hasSizeGreaterThan(COUNT).containsAll(inOrder());
    assertThat(received.size() - COUNT).isEqualTo((int) network.faults());
  }

  @Test
  void shouldLoseWhatIsOnTheWayWhenAConnectionBreaks() {
    send(1, 2, 3);
    network.rate(NetworkFault.RESET, MILLION);
    send(4);
    network.heal();
    send(5);
    assertThat(receiveAll()).containsExactly(5);
  }

  @Test
  void shouldCutOneDirectionAlone() {
    network.cut(1, 2);
    send(1);
    assertThat(receiveAll()).isEmpty();
    List<Integer> atOne = new ArrayList<>();
    buffer.putInt(0, 9);
    two.send(1, TrafficClass.CONTROL, buffer, 0, Integer.BYTES);
    clock.advance(SECOND);
    one.poll((from, traffic, message, offset, length) -> atOne.add(message.getInt(offset)));
    assertThat(atOne).containsExactly(9);
    network.mend(1, 2);
    send(2);
    assertThat(receiveAll()).containsExactly(2);
  }

  @Test
  void shouldIsolateANode() {
    network.isolate(2);
    send(1);
    two.send(1, TrafficClass.CONTROL, buffer, 0, Integer.BYTES);
    clock.advance(SECOND);
    assertThat(one.poll((from, traffic, message, offset, length) -> {})).isZero();
    assertThat(receiveAll()).isEmpty();
  }

  @Test
  void shouldHoldBackWhatGoesThroughACloggedLink() {
    network.clog(1, 2, clock.nanoTime() + SECOND);
    send(1);
    clock.advance(SECOND / 2);
    assertThat(two.poll((from, traffic, message, offset, length) -> {})).isZero();
    assertThat(receiveAll()).containsExactly(1);
  }

  @Test
  void shouldLoseWhatWasOnItsWayToANodeThatDied() {
    send(1);
    two = network.attach(2);
    send(2);
    assertThat(receiveAll()).containsExactly(2);
    network.detach(2);
    send(3);
    assertThat(network.nextDueNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldRepeatItselfFromItsSeed() {
    long first = hashOf(7);
    assertThat(hashOf(7)).isEqualTo(first);
    assertThat(hashOf(8)).isNotEqualTo(first);
  }

  private long hashOf(long seed) {
    SimulatedClock own = new SimulatedClock();
    network = new SimulatedNetwork(NetworkOptions.seeded(seed), own);
    for (NetworkFault fault : NetworkFault.values()) {
      network.rate(fault, MILLION / 20);
    }
    one = network.attach(1);
    two = network.attach(2);
    for (int i = 0; i < COUNT; i++) {
      buffer.putInt(0, i);
      one.send(2, TrafficClass.REPLICATION, buffer, 0, Integer.BYTES);
      own.advance(100_000);
      two.poll((from, traffic, message, offset, length) -> {});
    }
    return network.hash();
  }
}
