package io.ashlar.simulation.network;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.replication.transport.TrafficClass;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A network in memory that behaves as badly as a real one may, the same way for the same seed. A
/// node that starts attaches itself; it gets the messages that are due whenever it polls.
public final class SimulatedNetwork {
  private static final int MILLION = 1_000_000;
  private static final long HASH_PRIME = 0x9E3779B97F4A7C15L;

  private final NetworkOptions options;
  private final Clock clock;
  private final SplittableRandom latencyDice;
  private final SplittableRandom faultDice;
  private final SplittableRandom effectDice;
  private final SortedMap<Integer, SimulatedTransport> nodes = new TreeMap<>();
  private final SortedMap<Long, Link> links = new TreeMap<>();
  private final EnumMap<NetworkFault, Integer> perMillion = new EnumMap<>(NetworkFault.class);
  private long messages;
  private long faults;
  private long hash;

  public SimulatedNetwork(NetworkOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    SplittableRandom seeds = new SplittableRandom(options.seed());
    latencyDice = seeds.split();
    faultDice = seeds.split();
    effectDice = seeds.split();
  }

  /// A node starts, for the first time or again: nothing that was on its way to its last life
  /// arrives.
  public SimulatedTransport attach(int node) {
    detach(node);
    SimulatedTransport transport = new SimulatedTransport(this, node);
    nodes.put(node, transport);
    return transport;
  }

  /// A node dies. What it sent is on its way still.
  public void detach(int node) {
    SimulatedTransport old = nodes.remove(node);
    if (old != null) {
      old.die();
    }
  }

  /// Lets messages meet a fault by chance from now on.
  public void rate(NetworkFault fault, int messagesPerMillion) {
    perMillion.put(fault, messagesPerMillion);
  }

  /// From now on nothing that `from` sends, or sent, arrives at `to`.
  public void cut(int from, int to) {
    link(from, to).cut(true);
  }

  /// What `from` sends arrives at `to` again, and so does what is on its way.
  public void mend(int from, int to) {
    link(from, to).cut(false);
  }

  /// Cuts all that goes to and from a node.
  public void isolate(int node) {
    for (int other : nodes.keySet()) {
      if (other != node) {
        cut(node, other);
        cut(other, node);
      }
    }
  }

  /// What is sent from one node to another waits until then.
  public void clog(int from, int to, long untilNs) {
    link(from, to).clogUntil(untilNs);
  }

  /// No message meets a fault any more, and no link is cut or clogged.
  public void heal() {
    perMillion.clear();
    for (Link each : links.values()) {
      each.cut(false);
      each.clogUntil(0);
    }
  }

  /// When the next message arrives anywhere; `Long.MAX_VALUE` if none is on its way.
  public long nextDueNs() {
    long next = Long.MAX_VALUE;
    for (SimulatedTransport each : nodes.values()) {
      next = Math.min(next, each.nextDueNs());
    }
    return next;
  }

  /// How many messages met a fault.
  public long faults() {
    return faults;
  }

  /// Of everything that was delivered, to whom, when and in which order.
  public long hash() {
    return hash;
  }

  long nowNs() {
    return clock.nanoTime();
  }

  boolean send(int from, int to, TrafficClass traffic, byte[] bytes) {
    Link link = link(from, to);
    if (!link.takes(traffic, bytes.length, options.queueBytesMax())) {
      return false;
    }
    NetworkFault fault = drawFault();
    long takes = latencyDice.nextLong(options.latencyNsMin(), options.latencyNsMax() + 1);
    long dueNs = clock.nanoTime() + takes;
    if (fault == null) {
      post(link, from, to, traffic, bytes, link.inOrder(traffic, dueNs));
      return true;
    }
    faults++;
    switch (fault) {
      case LOST -> {}
      case LATE -> post(link, from, to, traffic, bytes, link.inOrder(traffic, late(dueNs)));
      case OVERTAKEN -> post(link, from, to, traffic, bytes, late(dueNs));
      case DOUBLED -> {
        post(link, from, to, traffic, bytes, link.inOrder(traffic, dueNs));
        post(link, from, to, traffic, bytes, late(dueNs));
      }
      case RESET -> link.reset();
    }
    return true;
  }

  private long late(long dueNs) {
    return dueNs + effectDice.nextLong(options.lateNs() + 1);
  }

  private void post(Link link, int from, int to, TrafficClass traffic, byte[] bytes, long dueNs) {
    SimulatedTransport receiver = nodes.get(to);
    if (receiver == null) {
      return;
    }
    link.queued(traffic, bytes.length);
    receiver.arrive(new Message(dueNs, ++messages, from, traffic, bytes, link, link.resets()));
  }

  private @Nullable NetworkFault drawFault() {
    for (NetworkFault fault : NetworkFault.values()) {
      int rate = perMillion.getOrDefault(fault, 0);
      if (rate > 0 && faultDice.nextInt(MILLION) < rate) {
        return fault;
      }
    }
    return null;
  }

  void delivered(int to, Message message) {
    hash(to);
    hash(message.from());
    hash(message.dueNs());
    hash(message.traffic().code());
    hash(Arrays.hashCode(message.bytes()));
  }

  private void hash(long value) {
    hash = (Long.rotateLeft(hash, 5) ^ value) * HASH_PRIME;
  }

  private Link link(int from, int to) {
    Check.that(from >= 0 && to >= 0, "nodes are numbered", from, to);
    return links.computeIfAbsent((long) from << Integer.SIZE | to, key -> new Link());
  }
}
