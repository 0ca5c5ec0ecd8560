package io.ashlar.benchmarks.network;

import com.sun.management.ThreadMXBean;
import io.ashlar.core.base.Clock;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.replication.network.AddressRange;
import io.ashlar.replication.network.ChannelSecurity;
import io.ashlar.replication.network.NetworkEvents;
import io.ashlar.replication.network.StorageNetwork;
import io.ashlar.replication.network.StorageNetworkOptions;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// A node with a shard's loop of its own, as in production, and a piece of work that is done on it.
final class BenchNode implements ShardAgent, NetworkEvents, AutoCloseable {
  static final UUID CLUSTER = new UUID(1, 1);

  /// What is measured.
  interface Work {
    /// Takes a message on the loop.
    void onMessage(Transport network, Clock clock, int length);

    /// One turn of the loop.
    int doWork(Transport network);
  }

  private final ShardLoop loop;
  private final StorageNetwork network;
  private final InetSocketAddress address;
  private final long threadId;
  private final Transport.Receiver receiver =
      (from, traffic, buffer, offset, length) ->
          this.work.onMessage(network(), SystemClock.INSTANCE, length);
  private Work work = new Idle();

  /// Does nothing.
  private static final class Idle implements Work {
    @Override
    public void onMessage(Transport network, Clock clock, int length) {}

    @Override
    public int doWork(Transport network) {
      return 0;
    }
  }

  BenchNode(int node, long spinNs, ByteBufAllocator allocator, ChannelSecurity security) {
    loop = new ShardLoop("node-" + node, SystemClock.INSTANCE, spinNs, Throwable::printStackTrace);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    StorageNetworkOptions options =
        StorageNetworkOptions.of(CLUSTER, node, 1, any, AddressRange.parse("127.0.0.0/8"));
    network =
        loop.call(() ->
            new StorageNetwork(
                loop.eventLoop(), allocator, SystemClock.INSTANCE, options, security, this));
    ChannelFuture bound = loop.call(network::open).syncUninterruptibly();
    address = (InetSocketAddress) bound.channel().localAddress();
    threadId = loop.call(() -> Thread.currentThread().threadId());
    loop.call(() -> {
      loop.add(this);
      return null;
    });
  }

  /// Keeps the loop's thread on one core: where the kernel puts two threads that wake each other
  /// decides more than anything that is measured.
  void pin(int core) throws IOException, InterruptedException {
    Path task = loop.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")));
    Process taskset =
        new ProcessBuilder("taskset", "-cp", core + "", task.getFileName().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (taskset.waitFor() != 0) {
      throw new IOException("taskset could not pin a thread to core " + core);
    }
  }

  private Transport network() {
    return network;
  }

  void know(BenchNode other) {
    loop.call(() -> {
      network.addPeer(other.network.self(), other.address);
      return null;
    });
  }

  boolean isConnected(BenchNode to) {
    return loop.call(() -> network.isConnected(to.network.self(), TrafficClass.REPLICATION));
  }

  void begin(Work next) {
    loop.call(() -> {
      work = next;
      return null;
    });
  }

  void end() {
    begin(new Idle());
  }

  /// What the loop's thread allocated so far.
  long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(threadId);
  }

  @Override
  public int doWork(long nowNs) {
    return network.poll(receiver) + work.doWork(network);
  }

  @Override
  public long deadlineNs() {
    return Long.MAX_VALUE;
  }

  @Override
  public void onUp(int node, long incarnation) {}

  @Override
  public void onDown(int node, String sentence) {
    System.err.println(sentence);
  }

  @Override
  public void onUnreachable(int node, String sentence) {}

  @Override
  public void onRefused(String sentence) {
    System.err.println(sentence);
  }

  @Override
  public void close() {
    loop.call(() -> {
      network.close();
      return null;
    });
    loop.close();
  }
}
