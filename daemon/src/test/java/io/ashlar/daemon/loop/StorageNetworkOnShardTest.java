package io.ashlar.daemon.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.ShardAgent;
import io.ashlar.replication.network.AddressRange;
import io.ashlar.replication.network.NetworkEvents;
import io.ashlar.replication.network.PlainText;
import io.ashlar.replication.network.StorageNetwork;
import io.ashlar.replication.network.StorageNetworkOptions;
import io.ashlar.replication.transport.TrafficClass;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// The storage network on the loops that production has: a message wakes a shard that sleeps, and
/// what an agent sends leaves without another turn of it.
class StorageNetworkOnShardTest {
  private static final UUID CLUSTER = new UUID(4, 4);
  private static final long COUNT = 1000;

  /// Sends back what comes, increased by one, until the count is reached.
  private static final class Shard implements ShardAgent, NetworkEvents, AutoCloseable {
    private final ShardLoop loop = new ShardLoop("shard", SystemClock.INSTANCE, 0, broken -> {});
    private final CompletableFuture<Long> reached = new CompletableFuture<>();
    private final CompletableFuture<Integer> up = new CompletableFuture<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[Long.BYTES]);
    private final StorageNetwork network;
    private final InetSocketAddress address;

    Shard(int node) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      StorageNetworkOptions options =
          StorageNetworkOptions.of(CLUSTER, node, 1, any, AddressRange.parse("127.0.0.0/8"));
      network =
          loop.call(() ->
              new StorageNetwork(
                  loop.eventLoop(),
                  PooledByteBufAllocator.DEFAULT,
                  SystemClock.INSTANCE,
                  options,
                  PlainText.FOR_BENCHMARKS,
                  this));
      ChannelFuture bound = loop.call(network::open).syncUninterruptibly();
      address = (InetSocketAddress) bound.channel().localAddress();
      loop.call(() -> {
        loop.add(this);
        return null;
      });
    }

    void know(Shard other) {
      loop.call(() -> {
        network.addPeer(other.network.self(), other.address);
        return null;
      });
    }

    boolean send(int node, long number) {
      message.putLong(0, number);
      return network.send(node, TrafficClass.CONTROL, message, 0, Long.BYTES);
    }

    @Override
    public int doWork(long nowNs) {
      return network.poll((from, traffic, buffer, offset, length) -> {
        long number = buffer.getLong(offset);
        if (number == COUNT) {
          reached.complete(number);
        } else {
          assertThat(send(from, number + 1)).isTrue();
        }
      });
    }

    @Override
    public long deadlineNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public void onUp(int node, long incarnation) {
      up.complete(node);
    }

    @Override
    public void onDown(int node, String sentence) {}

    @Override
    public void onUnreachable(int node, String sentence) {}

    @Override
    public void onRefused(String sentence) {}

    @Override
    public void close() {
      loop.call(() -> {
        network.close();
        return null;
      });
      loop.close();
    }
  }

  @Test
  void shouldPassAMessageBetweenSleepingShardsAndBack() throws Exception {
    try (Shard one = new Shard(1);
        Shard two = new Shard(2)) {
      one.know(two);
      two.know(one);
      assertThat(one.up.get(10, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(two.up.get(10, TimeUnit.SECONDS)).isEqualTo(1);
      // Not from the agent: nothing but the flush itself can send it.
      assertThat(one.loop.call(() -> one.send(2, 1))).isTrue();
      CompletableFuture<Object> reached = CompletableFuture.anyOf(one.reached, two.reached);
      assertThat(reached.get(20, TimeUnit.SECONDS)).isEqualTo(COUNT);
      assertThat(one.loop.isFailed() || two.loop.isFailed()).isFalse();
    }
  }
}
