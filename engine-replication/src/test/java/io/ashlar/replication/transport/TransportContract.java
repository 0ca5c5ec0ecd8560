package io.ashlar.replication.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// What every [Transport] keeps to, where nothing goes wrong on the way.
public abstract class TransportContract {
  private static final int NOBODY = 77;

  private final List<Received> received = new ArrayList<>();
  private final SplittableRandom dice = new SplittableRandom(1);

  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Received(int from, TrafficClass traffic, byte[] bytes) {}

  /// The node that the tests send from.
  protected abstract Transport sender();

  /// Another node, which the first one reaches.
  protected abstract Transport receiver();

  /// Lets some time pass in which messages may arrive.
  protected abstract void pass();

  private boolean send(Transport from, int to, TrafficClass traffic, byte[] bytes) {
    UnsafeBuffer padded = new UnsafeBuffer(new byte[bytes.length + 9]);
    padded.putBytes(5, bytes);
    boolean isSent = from.send(to, traffic, padded, 5, bytes.length);
    // A copy was sent: what becomes of the memory afterwards is nobody's business.
    padded.setMemory(0, padded.capacity(), (byte) 0xEE);
    return isSent;
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    dice.nextBytes(bytes);
    return bytes;
  }

  private void receive(int count) {
    for (int turn = 0; turn < 10_000 && received.size() < count; turn++) {
      pass();
      int before = received.size();
      int polled = sender().poll(this::take) + receiver().poll(this::take);
      assertThat(received.size() - before).isEqualTo(polled);
    }
    assertThat(received).hasSize(count);
  }

  private void take(int from, TrafficClass traffic, DirectBuffer buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    received.add(new Received(from, traffic, bytes));
  }

  @Test
  void shouldDeliverWhatWasSentWithSenderAndClass() {
    List<byte[]> sent = new ArrayList<>();
    for (TrafficClass traffic : TrafficClass.values()) {
      byte[] bytes = random(1 + dice.nextInt(4096));
      sent.add(bytes);
      assertThat(send(sender(), receiver().self(), traffic, bytes)).isTrue();
    }
    receive(sent.size());
    for (TrafficClass traffic : TrafficClass.values()) {
      assertThat(received)
          .filteredOn(each -> each.traffic() == traffic)
          .singleElement()
          .satisfies(each -> {
            assertThat(each.from()).isEqualTo(sender().self());
            assertThat(each.bytes()).isEqualTo(sent.get(traffic.code()));
          });
    }
  }

  @Test
  void shouldCarryTheShortestAndTheLongest() {
    byte[] longest = random(Transport.MESSAGE_BYTES_MAX);
    assertThat(send(sender(), receiver().self(), TrafficClass.RESYNC, longest)).isTrue();
    receive(1);
    assertThat(received.getFirst().bytes()).isEqualTo(longest);
    assertThat(send(sender(), receiver().self(), TrafficClass.RESYNC, new byte[] {42})).isTrue();
    receive(2);
    assertThat(received.getLast().bytes()).containsExactly(42);
  }

  @Test
  void shouldAnswer() {
    assertThat(send(sender(), receiver().self(), TrafficClass.CONTROL, random(64))).isTrue();
    receive(1);
    byte[] answer = random(64);
    assertThat(send(receiver(), sender().self(), TrafficClass.CONTROL, answer)).isTrue();
    receive(2);
    assertThat(received.getLast().from()).isEqualTo(receiver().self());
    assertThat(received.getLast().bytes()).isEqualTo(answer);
  }

  @Test
  void shouldRefuseMoreThanFitsAndGoOnWhenThereIsRoom() {
    byte[] bytes = random(Transport.MESSAGE_BYTES_MAX);
    int sent = 0;
    while (send(sender(), receiver().self(), TrafficClass.REPLICATION, bytes)) {
      sent++;
      assertThat(sent).as("some bound").isLessThan(1000);
    }
    assertThat(send(sender(), receiver().self(), TrafficClass.CONTROL, random(10)))
        .as("another class has room of its own")
        .isTrue();
    receive(sent + 1);
    assertThat(send(sender(), receiver().self(), TrafficClass.REPLICATION, bytes)).isTrue();
    receive(sent + 2);
  }

  @Test
  void shouldNotMindANodeThatIsNotThere() {
    for (int i = 0; i < 100; i++) {
      send(sender(), NOBODY, TrafficClass.CONTROL, random(100));
    }
    assertThat(send(sender(), receiver().self(), TrafficClass.CONTROL, random(10))).isTrue();
    receive(1);
  }

  @Test
  void shouldRefuseWhatIsNoMessage() {
    UnsafeBuffer memory = new UnsafeBuffer(new byte[Transport.MESSAGE_BYTES_MAX + 1]);
    int to = receiver().self();
    assertThatThrownBy(() -> sender().send(to, TrafficClass.CONTROL, memory, 0, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> sender().send(to, TrafficClass.CONTROL, memory, 0, memory.capacity()))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> sender().send(sender().self(), TrafficClass.CONTROL, memory, 0, 1))
        .isInstanceOf(CheckFailedException.class);
  }
}
