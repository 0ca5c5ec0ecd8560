package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import io.ashlar.replication.transport.TrafficClass;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Nodes on one event loop, in the thread of the test. Time stands still unless the test lets some
/// pass, so that no timer goes off by chance. At the end no byte of a buffer may be left.
final class NetworkRig implements AutoCloseable {
  static final UUID CLUSTER = new UUID(0xA5, 0x7A);
  static final AddressRange LOOPBACK = AddressRange.parse("127.0.0.0/8");
  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final long EPOCH_MS = 1_800_000_000_000L;
  private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(20);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, false);
  private final List<Node> nodes = new ArrayList<>();
  final ManualIoEventLoop loop;
  final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          return ticker.nanoTime();
        }

        @Override
        public long epochMillis() {
          return EPOCH_MS + TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime());
        }
      };

  NetworkRig() {
    this(Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  NetworkRig(IoHandlerFactory sockets) {
    loop = new ManualIoEventLoop(null, Thread.currentThread(), sockets, ticker);
  }

  /// One process of a node, and what it told.
  final class Node implements NetworkEvents {
    final StorageNetwork network;
    final InetSocketAddress address;
    final List<String> told = new ArrayList<>();
    final List<Integer> ups = new ArrayList<>();
    final List<Integer> downs = new ArrayList<>();
    boolean isBroken;

    private Node(StorageNetworkOptions options, ChannelSecurity security) {
      network = new StorageNetwork(loop, allocator, clock, options, security, this);
      ChannelFuture bound = network.open();
      runUntil(bound::isDone);
      assertThat(bound.isSuccess()).as("%s", bound.cause()).isTrue();
      address = (InetSocketAddress) bound.channel().localAddress();
    }

    @Override
    public void onUp(int node, long incarnation) {
      Check.that(!isBroken, "what a test breaks");
      ups.add(node);
    }

    @Override
    public void onDown(int node, String sentence) {
      downs.add(node);
      told.add(sentence);
    }

    @Override
    public void onUnreachable(int node, String sentence) {
      told.add(sentence);
    }

    @Override
    public void onRefused(String sentence) {
      told.add(sentence);
    }

    boolean wasTold(String part) {
      return told.stream().anyMatch(each -> each.contains(part));
    }
  }

  Node start(int node, long incarnation, ChannelSecurity security) {
    Hello hello = new Hello(CLUSTER, node, incarnation, VersionRange.SUPPORTED);
    return start(hello, NetworkLimits.DEFAULT, security);
  }

  Node start(Hello hello, NetworkLimits limits, ChannelSecurity security) {
    return start(new StorageNetworkOptions(hello, ANY_PORT, LOOPBACK, limits), security);
  }

  Node startAt(InetSocketAddress listen, Hello hello) {
    return start(
        new StorageNetworkOptions(hello, listen, LOOPBACK, NetworkLimits.DEFAULT),
        PlainText.FOR_BENCHMARKS);
  }

  Node startIn(AddressRange range, Hello hello) {
    return start(
        new StorageNetworkOptions(hello, ANY_PORT, range, NetworkLimits.DEFAULT),
        PlainText.FOR_BENCHMARKS);
  }

  private Node start(StorageNetworkOptions options, ChannelSecurity security) {
    Node started = new Node(options, security);
    nodes.add(started);
    return started;
  }

  /// Lets two nodes know each other.
  void introduce(Node one, Node two) {
    one.network.addPeer(two.network.self(), two.address);
    two.network.addPeer(one.network.self(), one.address);
  }

  /// Lets two nodes know each other and waits until all classes are connected.
  void connect(Node one, Node two) {
    introduce(one, two);
    awaitConnected(one, two);
  }

  void awaitConnected(Node one, Node two) {
    runUntil(() -> isConnected(one, two) && isConnected(two, one));
  }

  static boolean isConnected(Node from, Node to) {
    for (TrafficClass traffic : TrafficClass.values()) {
      if (!from.network.isConnected(to.network.self(), traffic)) {
        return false;
      }
    }
    return true;
  }

  /// One turn of the loop.
  void turn() {
    loop.runNow();
  }

  /// Lets time pass, in small steps.
  void advance(long ns) {
    for (long left = ns; left > 0; left -= STEP_NS) {
      ticker.advance(Math.min(STEP_NS, left), TimeUnit.NANOSECONDS);
      turn();
    }
  }

  /// Lets time pass while nobody does anything.
  void leap(long ns) {
    ticker.advance(ns, TimeUnit.NANOSECONDS);
  }

  /// Turns until something holds. The bound is there for what never comes.
  void runUntil(BooleanSupplier condition) {
    long endNs = System.nanoTime() + WAIT_NS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it happens at last").isLessThan(endNs);
      turn();
    }
  }

  /// Turns, with time passing, until something holds.
  void advanceUntil(BooleanSupplier condition) {
    runUntil(() -> {
      boolean holds = condition.getAsBoolean();
      if (!holds) {
        advance(STEP_NS);
      }
      return holds;
    });
  }

  /// Turns, with time passing, until a node told something.
  void awaitTold(Node node, String part) {
    long endNs = System.nanoTime() + WAIT_NS;
    while (!node.wasTold(part)) {
      assertThat(System.nanoTime())
          .as("'%s' is told, not only %s", part, node.told.stream().limit(9).toList())
          .isLessThan(endNs);
      advance(STEP_NS);
    }
  }

  @Override
  public void close() {
    for (Node each : nodes) {
      each.network.close();
    }
    var _ = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!loop.isTerminated()) {
      ticker.advance(STEP_NS, TimeUnit.NANOSECONDS);
      turn();
    }
    assertThat(allocator.metric().usedDirectMemory()).as("bytes that leaked").isZero();
    assertThat(allocator.metric().usedHeapMemory()).as("bytes that leaked").isZero();
  }
}
