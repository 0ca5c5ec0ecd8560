package io.ashlar.simulation.network;

import io.ashlar.core.base.Check;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import java.util.PriorityQueue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// One life of a node on a [SimulatedNetwork].
public final class SimulatedTransport implements Transport {
  private final SimulatedNetwork network;
  private final int self;
  private final PriorityQueue<Message> arriving = new PriorityQueue<>(Message.BY_ARRIVAL);
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private boolean isDead;

  SimulatedTransport(SimulatedNetwork network, int self) {
    this.network = network;
    this.self = self;
  }

  @Override
  public int self() {
    return self;
  }

  @Override
  public boolean send(
      int node, TrafficClass traffic, DirectBuffer message, int offset, int length) {
    Check.that(!isDead, "a node that is dead sends nothing", self);
    Check.that(node != self, "a node sends nothing to itself", self);
    Check.that(length > 0 && length <= MESSAGE_BYTES_MAX, "a message has a length", length);
    byte[] bytes = new byte[length];
    message.getBytes(offset, bytes);
    return network.send(self, node, traffic, bytes);
  }

  @Override
  public int poll(Receiver receiver) {
    int count = 0;
    long nowNs = network.nowNs();
    for (Message next = arriving.peek();
        next != null && next.dueNs() <= nowNs && !isDead;
        next = arriving.peek()) {
      arriving.remove();
      next.link().left(next.traffic(), next.bytes().length);
      if (!next.isLost()) {
        network.delivered(self, next);
        buffer.wrap(next.bytes());
        receiver.onMessage(next.from(), next.traffic(), buffer, 0, next.bytes().length);
        count++;
      }
    }
    return count;
  }

  void arrive(Message message) {
    arriving.add(message);
  }

  long nextDueNs() {
    Message next = arriving.peek();
    return next == null ? Long.MAX_VALUE : next.dueNs();
  }

  /// The node died: what is on its way to it is lost.
  void die() {
    isDead = true;
    for (Message each : arriving) {
      each.link().left(each.traffic(), each.bytes().length);
    }
    arriving.clear();
  }
}
